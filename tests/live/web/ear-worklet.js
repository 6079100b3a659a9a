// Says of every 10 ms whether there was sound in it, and whose tones.
const TONES = [4000, 4400, 5200, 5600, 6000];
const SLICE = 480;
const QUIET = 0.002;

class Ear extends AudioWorkletProcessor {
  samples = new Float32Array(SLICE);
  filled = 0;

  process([[input]]) {
    const block = input ?? new Float32Array(128);
    for (let at = 0; at < block.length; at++) {
      this.samples[this.filled++] = block[at];
      if (this.filled === SLICE) this.judge(currentFrame + at);
    }
    return true;
  }

  judge(frame) {
    this.filled = 0;
    const power = this.samples.reduce((sum, sample) => sum + sample * sample, 0) / SLICE;
    if (Math.sqrt(power) < QUIET) return;
    // A pilot tone is most of what is heard; music has a little of everything.
    const tones = TONES.filter((hz) => this.strength(hz) > 0.5 * Math.sqrt(power));
    this.port.postMessage([Math.floor(frame / SLICE), ["sound", ...tones.map(String)]]);
  }

  // Goertzel: how much of one frequency there is.
  strength(hz) {
    const turn = 2 * Math.cos((2 * Math.PI * hz) / sampleRate);
    let before = 0;
    let last = 0;
    for (const sample of this.samples) [before, last] = [last, sample + turn * last - before];
    return Math.sqrt(before * before + last * last - turn * before * last) / (SLICE / 2);
  }
}

registerProcessor("ear", Ear);
