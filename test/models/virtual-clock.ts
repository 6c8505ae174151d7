// A clock that stands until it is moved: timers of node:timers/promises and setImmediate wait for it. Modules see it that are imported
// before or after, because what they import is bound to the built-in module.
import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers/promises'

export interface VirtualClock {
  /** Moves the clock on; what is due runs, in the order of its time. */
  tick (ms: number): void
  /** Whatever follows from what has happened, without the clock. */
  settle (): Promise<void>
  /** Forgets what waits. */
  clear (): void
  /** Gives the real timers back. */
  close (): void
}

interface Waiting { readonly atMs: number, readonly run: () => void }

/** Puts the clock in the place of the real one, for the whole process. */
export function openVirtualClock (): VirtualClock {
  const real = { pause: timers.setTimeout, immediate: globalThis.setImmediate }
  let nowMs = 0
  let waiting: Waiting[] = []
  const set = (pause: unknown, immediate: unknown) => {
    Object.assign(timers, { setTimeout: pause })
    Object.assign(globalThis, { setImmediate: immediate })
    syncBuiltinESMExports()
  }
  set(
    (ms: number) => new Promise<void>(resolve => waiting.push({ atMs: nowMs + ms, run: resolve })),
    (run: (...args: unknown[]) => void, ...args: unknown[]) => { waiting.push({ atMs: nowMs, run: () => run(...args) }) }
  )
  return {
    tick (ms) {
      nowMs += ms
      const due = waiting.filter(one => one.atMs <= nowMs).sort((a, b) => a.atMs - b.atMs)
      waiting = waiting.filter(one => one.atMs > nowMs)
      for (const one of due) one.run()
    },
    settle: () => new Promise(resolve => real.immediate(resolve)),
    clear () { waiting = [] },
    close: () => set(real.pause, real.immediate)
  }
}
