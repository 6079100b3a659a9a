// A page's own tone for a microphone, and an ear at everything the page plays.
// window.heard lists what was played: [ms, "4000"|"5200"|"sound", …] every 10 ms.
(() => {
  const TONES = [4000, 4400, 5200, 5600];
  const settings = window.__ear;
  const FFT = 2048;

  navigator.mediaDevices.getUserMedia = async () => {
    if (settings.denied) throw new DOMException("Permission denied", "NotAllowedError");
    const context = new AudioContext({ sampleRate: 48000 });
    await context.resume();
    const tone = context.createOscillator();
    const gain = context.createGain();
    const out = context.createMediaStreamDestination();
    tone.frequency.value = settings.tone;
    gain.gain.value = 0.1;
    tone.connect(gain).connect(out);
    tone.start();
    return out.stream;
  };

  const heard = [];
  window.heard = heard;
  let context = null;
  const ears = new Map();

  const listen = (element) => {
    if (!element.srcObject || ears.has(element)) return;
    context ??= new AudioContext({ sampleRate: 48000 });
    const analyser = context.createAnalyser();
    analyser.fftSize = FFT;
    analyser.smoothingTimeConstant = 0;
    context.createMediaStreamSource(element.srcObject).connect(analyser);
    ears.set(element, { analyser, bins: new Float32Array(analyser.frequencyBinCount), samples: new Float32Array(480) });
  };

  const look = () => {
    for (const element of document.querySelectorAll("audio")) listen(element);
    const now = performance.timeOrigin + performance.now();
    const found = new Set();
    for (const [element, { analyser, bins, samples }] of ears) {
      if (!element.isConnected) {
        ears.delete(element);
        continue;
      }
      analyser.getFloatTimeDomainData(samples);
      let power = 0;
      for (const sample of samples) power += sample * sample;
      if (Math.sqrt(power / samples.length) < 0.002) continue;
      found.add("sound");
      analyser.getFloatFrequencyData(bins);
      for (const tone of TONES) {
        const bin = Math.round((tone / 48000) * FFT);
        const peak = Math.max(bins[bin - 1], bins[bin], bins[bin + 1]);
        if (peak > -55) found.add(String(tone));
      }
    }
    heard.push([now, ...found]);
  };
  setInterval(look, 10);
})();
