/** Something that changes, and whoever wants to know. */

/** Base of what a page shows; `version` grows with every change. */
export class Observable {
  version = 0;
  private readonly watchers = new Set<() => void>();

  /** Be told of changes, until the function that is given back is called. */
  readonly subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Tell everybody. */
  readonly touch = (): void => {
    this.version++;
    for (const watcher of this.watchers) watcher();
  };
}
