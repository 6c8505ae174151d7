// What was started is ended, in the reverse order, whatever happens: at the end of a run, after a failure, on Ctrl-C.

/** Things to be ended. */
export interface Ending {
  /** Whether the end has begun: what fails from then on fails because of it. */
  readonly begun: boolean
  /** Keeps how to end something; the function given back forgets it, for what has ended by itself. */
  add (end: End): () => void
  /** Ends everything, the newest first; called again it waits for the same. */
  run (): Promise<void>
}

type End = () => unknown

const interruptedExitCode = 130

/** Opens an ending that a signal or a failure nobody caught runs, too; the process then exits. */
export function openEnding (): Ending {
  const ending = newEnding()
  const exit = (code: number): void => { void ending.run().finally(() => process.exit(code)) }
  // Again and again: a terminal and npm both hand it on, and the second must not kill what is ending.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => exit(interruptedExitCode))
  process.once('uncaughtException', error => {
    console.error(error)
    exit(1)
  })
  return ending
}

/** An ending of a part's own, which the ending of the whole runs, too. */
export function endingWithin (whole: Ending): Ending {
  const own = newEnding()
  own.add(whole.add(() => own.run()))
  return own
}

function newEnding (): Ending {
  const ends: End[] = []
  let running: Promise<void> | undefined
  return {
    get begun () { return running !== undefined },
    add (end) {
      ends.push(end)
      return () => {
        const at = ends.indexOf(end)
        if (at >= 0) ends.splice(at, 1)
      }
    },
    run () {
      running ??= runAll(ends)
      return running
    }
  }
}

/** What is added meanwhile is ended, too. */
async function runAll (ends: End[]): Promise<void> {
  for (let end = ends.pop(); end; end = ends.pop()) {
    try {
      await end()
    } catch (error) {
      console.error(`while ending: ${(error as Error).message}`)
    }
  }
}
