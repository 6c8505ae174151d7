import { setTimeout as pause } from 'node:timers/promises'

const lookEveryMs = 20

/** Waits for what becomes true by the work of others; if it never does, the test's own time limit ends it. */
export async function until (holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!await holds()) await pause(lookEveryMs)
}
