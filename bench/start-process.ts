// Starts a Node process of ours, waits until it says that it is ready, and ends it by its pid.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import type { Ending } from './ending.ts'

// Servers run as `npm start` runs ours.
const { flags } = createRequire(import.meta.url)('../bin/runtime.cjs') as { flags: readonly string[] }
const startMsMax = 90_000
const stopMsMax = 8_000
const saidLinesMax = 40

export interface Wanted {
  /** What it is called when it fails. */
  readonly name: string
  /** After Node's own flags. */
  readonly words: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** The line by which it says that it is ready. */
  readonly ready: RegExp
}

export interface Started {
  readonly pid: number
  /** Of the line that said it was ready. */
  readonly match: RegExpExecArray
  stop (): Promise<void>
}

/** Starts a process; it ends with the run, or when it is told to. */
export async function startProcess (ending: Ending, { name, words, environment, ready }: Wanted): Promise<Started> {
  const child = spawn(process.execPath, [...flags, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...environment }
  })
  let stopping = false
  const stop = async (): Promise<void> => {
    stopping = true
    forget()
    await end(child)
  }
  const forget = ending.add(stop)
  const said: string[] = []
  const match = Promise.withResolvers<RegExpExecArray>()
  for (const output of [child.stdout!, child.stderr!]) {
    createInterface({ input: output }).on('line', line => {
      if (said.push(line) > saidLinesMax) said.shift()
      const found = ready.exec(line)
      if (found) match.resolve(found)
    })
  }
  const fail = (reason: string): void => match.reject(new Error(`${name} ${reason}: ${said.join('\n')}`))
  child.once('error', error => fail(`does not start (${error.message})`))
  child.once('close', code => {
    fail(`ended with ${code}`)
    if (!stopping) console.error(`${name} ended by itself with ${code}: ${said.join('\n')}`)
  })
  const timer = setTimeout(() => fail(`was not ready after ${startMsMax} ms`), startMsMax)
  try {
    return { match: await match.promise, pid: child.pid!, stop }
  } finally {
    clearTimeout(timer)
  }
}

async function end (child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax)
  await exited
  clearTimeout(timer)
}
