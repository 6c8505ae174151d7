// How long it takes from `npm start`, with dependencies installed and the demo's data present, to the first request that is served.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Scenario } from '../bench.ts'
import type { Ending } from '../ending.ts'

/** A measure, in seconds. */
export const coldStart = 'npm start to the first request served'

const root = fileURLToPath(new URL('../../', import.meta.url))
const starts = 3
const askEveryMs = 20
const startMsMax = 120_000
const stopMsMax = 20_000

export const coldStarts: Scenario = {
  name: 'cold-start',
  says: `npm start over data that is there: the middle one of ${starts} starts`,
  async run ({ ending, measures, say }) {
    const home = await mkdtemp(join(tmpdir(), 'kahub-cold-'))
    ending.add(() => rm(home, { recursive: true, force: true }))
    say(`  the first start of all, which makes the demo: ${(await startOnce(ending, home)).toFixed(1)} s`)
    const took: number[] = []
    for (let start = 0; start < starts; start++) took.push(await startOnce(ending, home))
    const middle = took.toSorted((a, b) => a - b)[starts >> 1]!
    measures.set(coldStart, middle)
    say(`  ${took.map(seconds => seconds.toFixed(2)).join(', ')} s`)
  }
}

/** Starts, asks until an answer is 200, waits until the start is over, and stops. Gives seconds until the answer. */
async function startOnce (ending: Ending, home: string): Promise<number> {
  const port = await freePort()
  const startedMs = performance.now()
  const child = spawn('npm', ['start'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, KAHUB_HOME: home, PORT: String(port) }
  })
  const stop = () => end(child)
  const forget = ending.add(stop)
  const greeted = waitFor(child, 'Ctrl-C stops everything')
  await served(`http://127.0.0.1:${port}/health/ready`, startedMs)
  const seconds = (performance.now() - startedMs) / 1000
  await greeted
  forget()
  await stop()
  return seconds
}

async function served (url: string, startedMs: number): Promise<void> {
  while (performance.now() - startedMs < startMsMax) {
    const response = await fetch(url).catch(() => undefined)
    await response?.arrayBuffer()
    if (response?.status === 200) return
    await pause(askEveryMs)
  }
  throw new Error(`npm start served nothing in ${startMsMax} ms`)
}

async function waitFor (child: ChildProcess, words: string): Promise<void> {
  let said = ''
  for await (const chunk of child.stdout!.setEncoding('utf8')) {
    said += chunk
    if (said.includes(words)) return void child.stdout!.resume()
  }
  throw new Error(`npm start ended: ${said}`)
}

/** npm hands no signal on to what it runs: the signal goes to its group. */
async function end (child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  process.kill(-child.pid!, 'SIGINT')
  const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), stopMsMax)
  await exited
  clearTimeout(timer)
}

async function freePort (): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
