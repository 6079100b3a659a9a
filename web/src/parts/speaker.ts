/** A text heard on this page's speakers alone, by nobody else. */

let playing: HTMLAudioElement | null = null;
/** Grows with each silence: what was asked for before it isn't wanted any more. */
let turn = 0;

interface How {
  rate?: number;
  /** What must be done before it begins. */
  first?: () => Promise<unknown>;
}

/** Play what is being fetched, and nothing else; not if there was silence meanwhile. */
export async function play(fetched: Promise<Blob>, { rate = 1, first }: How = {}): Promise<void> {
  silence();
  const mine = turn;
  const sound = await fetched;
  if (mine === turn) await first?.();
  if (mine !== turn) return;
  const audio = new Audio(URL.createObjectURL(sound));
  audio.playbackRate = rate;
  audio.hidden = true;
  document.body.append(audio);
  audio.addEventListener("ended", silence);
  playing = audio;
  await audio.play().catch((error: unknown) => {
    if (mine === turn) throw error;
  });
}

/** Stop. */
export function silence(): void {
  turn++;
  if (!playing) return;
  playing.pause();
  playing.remove();
  URL.revokeObjectURL(playing.src);
  playing = null;
}
