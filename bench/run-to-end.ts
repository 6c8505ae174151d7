import { openEnding, type Ending } from './ending.ts'

/** Runs a program's work, ends what it started, and exits: with 0, or with 1 and the failure in a sentence. */
export async function runToEnd (name: string, work: (ending: Ending) => Promise<void>): Promise<never> {
  const ending = openEnding()
  let code = 0
  try {
    await work(ending)
  } catch (error) {
    // Interrupted: its own exit is on the way.
    if (ending.begun) return await new Promise<never>(() => {})
    console.error(`${name}: ${(error as Error).message}`)
    code = 1
  }
  await ending.run()
  process.exit(code)
}
