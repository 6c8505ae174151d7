// Runs the load generator as a process of its own and hears its result.
import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { LoadPlan, LoadResult } from './load-plan.ts'
import type { Ending } from './ending.ts'

const generator = fileURLToPath(new URL('load.ts', import.meta.url))

/** Sends the plan's requests from another process; throws when an answer was no success, since nothing is measured then. */
export async function driveLoad (ending: Ending, plan: LoadPlan): Promise<LoadResult> {
  const child = fork(generator, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const forget = ending.add(() => { child.kill('SIGKILL') })
  try {
    child.send(plan)
    const result = await resultOf(child)
    const { firstRefusal, statuses } = result
    if (firstRefusal !== undefined) throw new Error(`the load was refused (${JSON.stringify(statuses)}): ${firstRefusal}`)
    return result
  } finally {
    forget()
  }
}

function resultOf (child: ChildProcess): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    child.once('message', (message: { result: LoadResult } | { error: string }) => {
      if ('result' in message) resolve(message.result)
      else reject(new Error(`the load generator failed: ${message.error}`))
    })
    child.once('error', reject)
    child.once('exit', code => reject(new Error(`the load generator ended with ${code} and no result`)))
  })
}
