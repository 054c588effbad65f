import { fileStamp, isProjectFile } from './project-files';
import { ts, type typescript } from './typescript';

interface Watched {
  stamp: string;
  readonly callback: typescript.FileWatcherCallback;
}

/**
 * Takes the place of the compiler's file watching.
 *
 * A file system's notifications come late: a cell that is run right after an edit must see the edit. So nothing
 * is watched, and the project's own files are looked at each time before a cell is compiled. Installed packages
 * are taken to be what they were when the kernel started.
 */
export class FileChanges {
  private readonly watched = new Map<string, Set<Watched>>();

  /** Makes `ts.sys` watch through this object, for all compilers of the process. */
  install(): void {
    ts.sys.watchFile = (path, callback) => this.watch(path, callback);
    ts.sys.watchDirectory = () => ({ close() {} });
  }

  /** Tells the compiler about each project file that changed since the last call; returns whether there was one. */
  report(): boolean {
    let changed = false;
    for (const [path, watchers] of [...this.watched]) {
      const stamp = fileStamp(path);
      for (const watcher of [...watchers]) {
        if (watcher.stamp === stamp) continue;
        const kind =
          stamp === 'missing'
            ? ts.FileWatcherEventKind.Deleted
            : watcher.stamp === 'missing'
              ? ts.FileWatcherEventKind.Created
              : ts.FileWatcherEventKind.Changed;
        watcher.stamp = stamp;
        watcher.callback(path, kind);
        changed = true;
      }
    }
    return changed;
  }

  private watch(path: string, callback: typescript.FileWatcherCallback): typescript.FileWatcher {
    if (!isProjectFile(path)) return { close() {} };
    const watcher: Watched = { stamp: fileStamp(path), callback };
    const watchers = this.watched.get(path) ?? new Set();
    this.watched.set(path, watchers.add(watcher));
    return {
      close: () => {
        watchers.delete(watcher);
        if (watchers.size === 0 && this.watched.get(path) === watchers) this.watched.delete(path);
      },
    };
  }
}
