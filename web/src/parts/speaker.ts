/** A text heard on this page's speakers alone, by nobody else. */

let playing: HTMLAudioElement | null = null;

/** Play; whatever played before stops. */
export async function play(sound: Blob, rate = 1): Promise<void> {
  silence();
  const audio = new Audio(URL.createObjectURL(sound));
  audio.playbackRate = rate;
  audio.hidden = true;
  document.body.append(audio);
  audio.addEventListener("ended", silence);
  playing = audio;
  await audio.play();
}

/** Stop. */
export function silence(): void {
  if (!playing) return;
  playing.pause();
  playing.remove();
  URL.revokeObjectURL(playing.src);
  playing = null;
}
