// What was started is ended, in the reverse order, whatever happens: at the end of a run, after a failure, on Ctrl-C.

/** Things to be ended. */
export interface Ending {
  /** Keeps how to end something; the function given back forgets it, for what has ended by itself. */
  add (end: () => void | Promise<void>): () => void
  /** Ends everything, the newest first; safe to call twice. */
  run (): Promise<void>
}

const interruptedExitCode = 130

/** Opens an ending that a signal runs, too; the process then exits. */
export function openEnding (): Ending {
  const ends: (() => void | Promise<void>)[] = []
  const ending: Ending = {
    add (end) {
      ends.push(end)
      return () => {
        const at = ends.indexOf(end)
        if (at >= 0) ends.splice(at, 1)
      }
    },
    async run () {
      for (let end = ends.pop(); end; end = ends.pop()) {
        try {
          await end()
        } catch (error) {
          console.error(`while ending: ${(error as Error).message}`)
        }
      }
    }
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void ending.run().finally(() => process.exit(interruptedExitCode)))
  }
  process.once('uncaughtException', error => {
    console.error(error)
    void ending.run().finally(() => process.exit(1))
  })
  return ending
}
