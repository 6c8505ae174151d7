// The generators that others wrote, sending the same plan: what our own says can be checked against them. None of them waits for the
// answers that are under way when the time is over, so there may be more orders than answers, by as many as there are connections.
import { execFile, fork } from 'node:child_process'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Ending } from './ending.ts'
import type { LoadPlan } from './load-plan.ts'
import { bytesOf, signedRequests } from './prepare-requests.ts'

export interface Heard {
  readonly answers: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const slackMs = 60_000
const script = fileURLToPath(new URL('wrk-orders.lua', import.meta.url))
const autocannonProgram = fileURLToPath(new URL('run-autocannon.ts', import.meta.url))

/** Whether wrk is installed. */
export async function hasWrk (): Promise<boolean> {
  return await promisify(execFile)('wrk', ['-v']).then(() => true, error => (error as NodeJS.ErrnoException).code !== 'ENOENT')
}

/** Sends a plan by wrk, its requests signed beforehand and given to it in a file; one thread, as ours has. */
export async function sendByWrk (ending: Ending, plan: LoadPlan): Promise<Heard> {
  const folder = await mkdtemp(join(tmpdir(), 'kahub-wrk-'))
  try {
    const file = join(folder, 'requests')
    const seconds = Math.ceil(plan.measureMs / 1000)
    await writeRequests(file, plan)
    const url = `http://${plan.host}:${plan.ports[0]}`
    const words = ['-t', '1', '-c', String(plan.connections), '-d', `${seconds}s`, '-s', script, url, '--', file]
    const running = promisify(execFile)('wrk', words, { timeout: seconds * 1000 + slackMs })
    const { stdout } = await running.finally(ending.add(() => { running.child.kill('SIGKILL') }))
    const said = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as WrkSaid
    if (said.refused + said.broken > 0) throw new Error(`wrk: ${said.refused} requests were refused, ${said.broken} broke`)
    return { answers: said.answers, perSecond: said.answers / (said.microseconds / 1e6), p50Ms: said.p50Ms, p99Ms: said.p99Ms }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface WrkSaid {
  readonly answers: number
  readonly microseconds: number
  readonly refused: number
  readonly broken: number
  readonly p50Ms: number
  readonly p99Ms: number
}

async function writeRequests (file: string, plan: LoadPlan): Promise<void> {
  const host = `${plan.host}:${plan.ports[0]}`
  const handle = await open(file, 'w')
  try {
    const parts: Buffer[] = []
    for (const request of signedRequests(plan)) parts.push(bytesOf(request, host), separator)
    await handle.writeFile(Buffer.concat(parts))
  } finally {
    await handle.close()
  }
}

const separator = Buffer.from([0])

/** Sends a plan by autocannon, in a process of its own. */
export async function sendByAutocannon (ending: Ending, plan: LoadPlan): Promise<Heard> {
  const child = fork(autocannonProgram, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const forget = ending.add(() => { child.kill('SIGKILL') })
  try {
    child.send(plan)
    return await new Promise<Heard>((resolve, reject) => {
      child.once('message', (message: { heard: Heard } | { error: string }) => {
        if ('heard' in message) resolve(message.heard)
        else reject(new Error(message.error))
      })
      child.once('error', reject)
      child.once('exit', code => reject(new Error(`autocannon ended with ${code} and no result`)))
    })
  } finally {
    forget()
    child.kill('SIGKILL')
  }
}
