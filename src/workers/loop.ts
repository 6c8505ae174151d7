// The clockwork repeats passes. A pass is bounded work over stored rows; when it reaches its bound there may be more, and it
// runs again at once.
export type PassOutcome = 'done' | 'more'

export interface Repeating {
  /** Lets the next run come now. */
  hint (): void
  /** Waits for the run under way and ends. */
  stop (): Promise<void>
}

/** Runs a pass again and again: at once while there is more, else after everyMs. A failed run is reported and tried again. */
export function repeatPass (name: string, run: () => Promise<PassOutcome>, everyMs: number, report: (name: string, error: unknown) => void = () => {}): Repeating {
  const state = { stopped: false, hinted: false }
  let wake: (() => void) | undefined
  const ended = turn()
  return {
    hint () {
      state.hinted = true
      wake?.()
    },
    async stop () {
      state.stopped = true
      wake?.()
      await ended
    }
  }

  async function turn (): Promise<void> {
    while (!state.stopped) {
      state.hinted = false
      let outcome: PassOutcome = 'done'
      try {
        outcome = await run()
      } catch (error) {
        if (!state.stopped) report(name, error)
      }
      if (state.stopped || outcome === 'more' || state.hinted) continue
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, everyMs)
        timer.unref()
        wake = () => { clearTimeout(timer); resolve() }
      })
      wake = undefined
    }
  }
}
