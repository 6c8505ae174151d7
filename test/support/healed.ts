import { setTimeout as pause } from 'node:timers/promises'
import { failureKind } from '../../src/postgres/failure.ts'

/** Asks the database until it answers: its supervisor starts it again, and connections of before are broken. */
export async function healed<Result> (work: () => PromiseLike<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (failureKind(error) !== 'transient') throw error
      await pause(20)
    }
  }
}
