/** What components need of the world outside React. */

import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { Observable } from "../desk/observable";
import type { Page } from "../desk/page";
import { openAudio } from "../follow";

/** Render again whenever something observable changes. */
export function useChanges<T extends Observable>(observable: T): T {
  useSyncExternalStore(observable.subscribe, () => observable.version);
  return observable;
}

/** The time, every second. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** Seconds since a moment, counted on. */
export function useSeconds(since: number | string): number {
  const began = typeof since === "string" ? Date.parse(since) : since;
  return Math.max(0, Math.round((useNow() - began) / 1000));
}

/** Seconds until a moment; none once it is past. */
export function useSecondsLeft(until: string): number {
  return Math.max(0, Math.ceil((Date.parse(until) - useNow()) / 1000));
}

/** What a key does; nothing while somebody types. */
export type Keys = Record<string, (() => void) | false | null | undefined>;

/** Bind keys for as long as a component is there. */
export function useKeys(keys: Keys): void {
  const newest = useRef(keys);
  useEffect(() => {
    newest.current = keys;
  });
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event)) return;
      const action = newest.current[event.key.toLowerCase()];
      if (!action) return;
      event.preventDefault();
      action();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
}

function isTyping(event: KeyboardEvent): boolean {
  const { target } = event;
  return (
    target instanceof HTMLElement && target.closest("input, textarea, select, dialog") !== null
  );
}

/** Something that takes a while, and that no other button waits for; whether it is under way. */
export function useAside(page: Page): [boolean, (action: () => Promise<unknown>) => void] {
  const [isUnderWay, setUnderWay] = useState(false);
  const begin = (action: () => Promise<unknown>) => {
    setUnderWay(true);
    page.dismiss();
    void page.byItself(action).finally(() => setUnderWay(false));
  };
  return [isUnderWay, begin];
}

/** Ring, by sound and by title, for as long as this is true. */
export function useRinging(rings: boolean, title: string): void {
  useEffect(() => {
    if (!rings) return;
    const before = document.title;
    const context = openAudio();
    // Until it runs its clock stands still: all beeps would sound at once later.
    const sound = () => context.state === "running" && beep(context);
    context.onstatechange = sound;
    const ring = () => {
      sound();
      document.title = document.title === title ? before : title;
    };
    ring();
    const timer = setInterval(ring, 1500);
    return () => {
      clearInterval(timer);
      document.title = before;
      void context.close();
    };
  }, [rings, title]);
}

function beep(context: AudioContext): void {
  for (const [at, pitch] of [
    [0, 660],
    [0.18, 880],
  ] as const) {
    const tone = context.createOscillator();
    const gain = context.createGain();
    tone.frequency.value = pitch;
    gain.gain.setValueAtTime(0.0001, context.currentTime + at);
    gain.gain.exponentialRampToValueAtTime(0.12, context.currentTime + at + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + at + 0.3);
    tone.connect(gain).connect(context.destination);
    tone.start(context.currentTime + at);
    tone.stop(context.currentTime + at + 0.35);
  }
}
