/** Asking until there is an answer. */

const AGAIN_MS = 3000;

/**
 * Ask every three seconds, until an answer is enough or the function that is given back is called.
 * A failure, or null, is no answer.
 */
export function askUntil<T>(
  ask: () => Promise<T | null>,
  isEnough: (answer: T) => boolean = () => true,
): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let isStopped = false;
  const look = async () => {
    const answer = await ask().catch(() => null);
    if (isStopped || (answer !== null && isEnough(answer))) return;
    timer = setTimeout(() => void look(), AGAIN_MS);
  };
  void look();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
