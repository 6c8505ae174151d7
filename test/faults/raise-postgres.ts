// A PostgreSQL of the rig's own that it may do anything to. The product's embedded server makes the cluster; then the rig runs the same
// postmaster with the same settings itself, so that no supervisor comes between it and what was killed.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { readFile, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Ending } from '../../bench/ending.ts'
import { startEmbedded } from '../../src/postgres/embedded.ts'
import { freePort } from '../support/free-port.ts'

export interface RigPostgres {
  /** Its address by TCP, as a superuser. */
  readonly url: string
  readonly port: number
  readonly data: string
  readonly running: boolean
  readonly pid: number
  /** Starts it and waits until it takes connections; throws what it said when it does not. */
  start (): Promise<void>
  /** Ends it in order. */
  stop (): Promise<void>
  /** pg_ctl stop -m immediate: no checkpoint, the next start recovers. */
  stopAtOnce (): Promise<void>
  /** SIGKILL to the postmaster and all its children. */
  kill (): Promise<void>
  /** Stops all of its processes where they are. */
  freeze (): Promise<void>
  thaw (): Promise<void>
  /** SIGKILL to one session's process: the postmaster then ends all the others and recovers. */
  killBackend (): Promise<void>
  /** Starts a second server on a copy of this one's files; it ends with the run. */
  openCopy (ending: Ending, copiedData: string): Promise<RigPostgres>
  /** How many lines of its log fit. */
  countInLog (pattern: RegExp): Promise<number>
}

const startMsMax = 60_000
const endMsMax = 15_000
const lookEveryMs = 10
const saidCharactersMax = 1_500

/** Makes a cluster below `home` and starts it; it ends with the run. */
export async function raisePostgres (ending: Ending, home: string, more: Readonly<Record<string, string>> = {}): Promise<RigPostgres> {
  const port = await freePort()
  const embedded = await startEmbedded({ home, log: () => {}, settings: { listen_addresses: '127.0.0.1', port: String(port) } })
  const [program, ...words] = (await readFile(`/proc/${embedded.pid}/cmdline`, 'utf8')).split('\0').slice(0, -1)
  await embedded.stop()
  const own = { unix_socket_directories: '', ...more }
  const postgres = openPostgres({ program: program!, words: [...words, ...settingWords(own)], data: embedded.dataDirectory, port })
  ending.add(() => postgres.stop())
  await postgres.start()
  return postgres
}

interface Command { readonly program: string, readonly words: readonly string[], readonly data: string, readonly port: number }

function settingWords (settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

function openPostgres ({ program, words, data, port }: Command): RigPostgres {
  let child: ChildProcess | undefined
  const said = join(data, 'rig-said.log')
  const isRunning = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (!isRunning()) return
    const exited = once(child!, 'exit')
    child!.kill(signal)
    const timer = setTimeout(() => child!.kill('SIGKILL'), endMsMax)
    await exited
    clearTimeout(timer)
  }
  const family = async (): Promise<number[]> => isRunning() ? [child!.pid!, ...await childrenOf(child!.pid!)] : []
  const postgres: RigPostgres = {
    url: `postgres://kahub@127.0.0.1:${port}/kahub`,
    port,
    data,
    get running () { return isRunning() },
    get pid () { return child!.pid! },
    async start () {
      if (isRunning()) return
      const owner = await stat(data)
      const account = process.getuid?.() === 0 ? { uid: owner.uid, gid: owner.gid } : {}
      for (const until = Date.now() + startMsMax; ;) {
        await rm(join(data, 'postmaster.pid'), { force: true })
        const file = openSync(said, 'w', 0o666)
        const started = child = spawn(program, words, {
          ...account, cwd: data, env: { LC_ALL: 'C', TZ: 'UTC' }, detached: true, stdio: ['ignore', file, file]
        })
        closeSync(file)
        if (await isReady(started, data, until)) return
        // The children of a killed postmaster hold its shared memory for a moment longer than it lives.
        const told = readFileSync(said, 'utf8')
        if (!/still in use|is another postmaster/.test(told) || Date.now() > until) {
          throw new Error(`PostgreSQL does not start: ${told.slice(-saidCharactersMax)}`)
        }
        await pause(lookEveryMs)
      }
    },
    async stop () {
      await postgres.thaw()
      await end('SIGINT')
    },
    stopAtOnce: () => end('SIGQUIT'),
    async kill () {
      const pids = await family()
      const exited = isRunning() ? once(child!, 'exit') : undefined
      for (const pid of pids) signal(pid, 'SIGKILL')
      await exited
      await Promise.all(pids.slice(1).map(ended))
    },
    async freeze () {
      if (!isRunning()) return
      // The postmaster first: then no new children come.
      signal(child!.pid!, 'SIGSTOP')
      for (const pid of await childrenOf(child!.pid!)) signal(pid, 'SIGSTOP')
    },
    async thaw () {
      for (const pid of (await family()).reverse()) signal(pid, 'SIGCONT')
    },
    async killBackend () {
      for (const pid of await family()) {
        const title = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
        if (/^postgres: kahub kahub 127\.0\.0\.1/.test(title)) return signal(pid, 'SIGKILL')
      }
    },
    async openCopy (ending, copiedData) {
      const port = await freePort()
      const moved = words.map((word, i) => words[i - 1] === '-D' ? copiedData : word)
      const own = settingWords({ port: String(port), logging_collector: 'off' })
      const copy = openPostgres({ program, words: [...moved, ...own], data: copiedData, port })
      ending.add(() => copy.stop())
      await copy.start()
      return copy
    },
    async countInLog (pattern) {
      const folder = join(data, '..', 'log')
      const texts = await Promise.all((await readdir(folder)).map(name => readFile(join(folder, name), 'utf8')))
      return texts.join('\n').split('\n').filter(line => pattern.test(line)).length
    }
  }
  return postgres
}

async function isReady (child: ChildProcess, data: string, until: number): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null && Date.now() < until) {
    const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
    if (lines[0] === String(child.pid) && lines[7]?.trim() === 'ready') return true
    await pause(lookEveryMs)
  }
  return false
}

async function childrenOf (parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const found = await Promise.all(pids.map(async pid => {
    const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    return Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[1]) === parent ? [Number(pid)] : []
  }))
  return found.flat()
}

async function ended (pid: number): Promise<void> {
  for (const until = Date.now() + endMsMax; Date.now() < until; await pause(lookEveryMs)) {
    const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    if (line === '' || /\) Z /.test(line)) return
  }
}

function signal (pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
