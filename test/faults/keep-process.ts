// A process of the product, kept running as a supervisor keeps it: started again when it is killed, or when it ends by itself.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Ending } from '../../bench/ending.ts'

const { flags, withCompileCache } = createRequire(import.meta.url)('../../bin/runtime.cjs') as {
  flags: readonly string[], withCompileCache (environment: Record<string, string | undefined>): Record<string, string | undefined>
}
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const startMsMax = 60_000
const startAgainMs = 200
const endMsMax = 8_000
const saidLinesMax = 30
const lookEveryMs = 20
const errorsMax = 10
/** A line of level error or worse (pino). */
const ownError = /^\{"level":[56]0,/

export interface KeptProcess {
  readonly name: string
  /** The port it serves; undefined while it does not. */
  readonly port: number | undefined
  readonly pid: number | undefined
  /** The last it said, when it ended by itself after it had been ready. */
  readonly endings: readonly string[]
  /** The first errors it logged as its own. */
  readonly errors: readonly string[]
  /** Waits until it is ready. */
  ready (): Promise<void>
  /** Ends it as a power cut would; the supervisor starts the next at once. */
  kill (): Promise<void>
  freeze (): void
  thaw (): void
  /** Moves its clock by so many seconds; undefined when it has none of its own. */
  jump: ((seconds: number) => void) | undefined
  stop (): Promise<void>
}

export interface ProcessWish {
  readonly name: string
  readonly command: 'api' | 'worker'
  readonly environment: Readonly<Record<string, string>>
  /** A file that holds by how much its clock is wrong, and the library that reads it (libfaketime). */
  readonly clock?: { readonly library: string, readonly file: string } | undefined
}

/** Starts a process and keeps it running until the run ends. */
export function keepProcess (ending: Ending, { name, command, environment, clock }: ProcessWish): KeptProcess {
  const pattern = command === 'api' ? /^kahub serves http:\/\/[\d.]+:(\d+)/ : /^kahub works()/
  const endings: string[] = []
  const errors: string[] = []
  const now: { child?: ChildProcess, port?: number | undefined, isReady: boolean, stopping: boolean, meant: boolean } = {
    isReady: false, stopping: false, meant: false
  }
  const jump = (seconds: number): void => writeFileSync(clock!.file, `${seconds < 0 ? '' : '+'}${seconds}\n`)
  if (clock) jump(0)
  const own = clock
    ? { LD_PRELOAD: clock.library, FAKETIME_TIMESTAMP_FILE: clock.file, FAKETIME_CACHE_DURATION: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' }
    : {}

  const run = async (): Promise<void> => {
    const said: string[] = []
    const started = spawn(process.execPath, [...flags, main, command], {
      env: withCompileCache({ PATH: process.env.PATH ?? '', ...environment, ...own }), stdio: ['ignore', 'pipe', 'pipe']
    })
    now.child = started
    now.meant = false
    for (const output of [started.stdout!, started.stderr!]) {
      createInterface({ input: output }).on('line', line => {
        if (said.push(line) > saidLinesMax) said.shift()
        if (ownError.test(line) && errors.length < errorsMax) errors.push(`${name}: ${line}`)
        const found = pattern.exec(line)
        if (!found) return
        now.port = Number(found[1]) || undefined
        now.isReady = true
      })
    }
    const timer = setTimeout(() => { if (!now.isReady && now.child === started) started.kill('SIGKILL') }, startMsMax)
    await once(started, 'close')
    clearTimeout(timer)
    // While its database is away it may end before it is ready: that is a start that failed, and the next one comes.
    if (now.isReady && !now.meant && !now.stopping) {
      endings.push(`${name} ended by itself with ${started.exitCode ?? started.signalCode}: ${said.join('\n')}`)
    }
    const wasReady = now.isReady
    now.isReady = false
    now.port = undefined
    if (!wasReady) await pause(startAgainMs)
  }
  const running = (async () => { while (!now.stopping) await run() })()

  const send = (signal: NodeJS.Signals): void => { now.child?.kill(signal) }
  const kept: KeptProcess = {
    name,
    get port () { return now.port },
    get pid () { return now.child?.pid },
    endings,
    errors,
    async ready () {
      for (const until = Date.now() + startMsMax; !now.isReady; await pause(lookEveryMs)) {
        if (Date.now() > until) throw new Error(`${name} is not ready after ${startMsMax} ms`)
      }
    },
    async kill () {
      now.meant = true
      const killed = now.child
      send('SIGKILL')
      while (now.child === killed && !now.stopping) await pause(lookEveryMs)
    },
    freeze: () => send('SIGSTOP'),
    thaw: () => send('SIGCONT'),
    jump: clock ? jump : undefined,
    async stop () {
      now.stopping = true
      send('SIGCONT')
      send('SIGTERM')
      const timer = setTimeout(() => send('SIGKILL'), endMsMax)
      await running
      clearTimeout(timer)
    }
  }
  ending.add(() => kept.stop())
  return kept
}
