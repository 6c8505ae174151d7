// Callers who take their time: headers and bodies a byte at a time, answers that nobody reads, headers and bodies without end. The server
// goes on answering others, ends such connections by its own limits (src/api/app.ts), and its memory stays within a bound.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { bodyBytesMax } from '../../src/api/app.ts'
import { hearOne, nowS, printCall, signedCall, withFields } from './forgery-wire.ts'
import { openStage, type Stage } from './forgery-stage.ts'
import type { FuzzRun } from './run-type.ts'

/** Headers and bodies have 15 s, silence 20 s; Node looks for what is late every 5 s. The rest is for a busy machine. */
const cutMsMax = 45_000
const byteEveryMs = 500
const othersEveryMs = 250
const othersMsMax = 5_000
const memoryGrowthBytesMax = 150 * 1024 * 1024
const connections = { slice: 100, whole: 600 } as const
const slowhttptest = '/usr/bin/slowhttptest'
const slowhttptestSeconds = 40

export const slow: FuzzRun = {
  name: 'slow',
  says: 'who sends or reads slowly, or sends too much, is cut off by the server’s own limits while others are answered',

  async run (context) {
    const stage = await openStage(context)
    const faults = await tooMuch(stage)
    const memoryBefore = await memoryOf(stage)
    const others = watchOthers(stage)
    const rows: string[] = []
    const count = connections[context.extent]
    const ways = waysOf(stage)
    const cut = await Promise.all(ways.map(async way => ({ way, ...await openSlow(stage, way, count / ways.length) })))
    for (const { way, open, ended, longestMs } of cut) {
      rows.push(`| ${way.says} | ${open} | ${ended} | ${(longestMs / 1_000).toFixed(0)} s |`)
      context.say(`${way.says}: ${ended} of ${open} cut`)
      if (ended < open) faults.push(`${way.says}: ${open - ended} of ${open} connections were still open after ${cutMsMax / 1_000} s`)
    }
    if (context.extent === 'whole') rows.push(...await byTool(stage, faults, context.say))
    const { asked, slowestMs, failed } = await others.end()
    if (failed > 0) faults.push(`${failed} of ${asked} requests of others were not answered`)
    const grown = await memoryOf(stage) - memoryBefore
    if (grown > memoryGrowthBytesMax) faults.push(`the server's memory grew by ${Math.round(grown / 1024 / 1024)} MB`)
    rows.push(`| others meanwhile | ${asked} | ${asked - failed} answered | ${slowestMs.toFixed(0)} ms at most |`)
    const note = `Memory of the process grew by ${Math.max(0, Math.round(grown / 1024 / 1024))} MB.`
    const table = ['| callers | number | cut | after |', '|---|---|---|---|', ...rows, '', note].join('\n')
    return { tried: count + asked, faults, table }
  }
}

interface Way {
  readonly says: string
  /** What is sent at once. */
  readonly begins: string
  /** What is sent a byte at a time, round and round; empty when nothing is. */
  readonly goesOn: string
  /** Whether answers are left unread. */
  readonly deaf?: true
}

function waysOf ({ keys, sku }: Stage): Way[] {
  const body = JSON.stringify({ reference: 'slow', lines: [{ sku, quantity: 1 }] })
  const order = signedCall(keys.hmac, { method: 'POST', target: '/v1/orders', fields: [['content-type', 'application/json']], body })
  const announced = printCall({ ...withFields(order, { 'content-length': String(bodyBytesMax) }), body: '{' }).toString('latin1')
  const inChunks = announced.replace(/content-length: \d+/, 'transfer-encoding: chunked').replace('{', '')
  const page = 'GET /docs/reference HTTP/1.1\r\nhost: x\r\n\r\n'
  return [
    { says: 'headers a byte at a time (slowloris)', begins: 'GET /v1/ping HTTP/1.1\r\nhost: x\r\n', goesOn: 'x-a: b\r\n' },
    { says: 'a request line a byte at a time', begins: 'GET /v1/ping?', goesOn: 'abcdefgh' },
    { says: 'a signed body a byte at a time', begins: announced, goesOn: ' ' },
    { says: 'a chunked body a byte at a time', begins: inChunks, goesOn: '1\r\n \r\n' },
    { says: 'connections on which nothing is sent', begins: '', goesOn: '' },
    { says: 'answers that are not read', begins: page.repeat(200), goesOn: '', deaf: true }
  ]
}

/** Opens slow connections and waits until they are cut, or may have been. */
async function openSlow ({ urls }: Stage, way: Way, count: number): Promise<{ open: number, ended: number, longestMs: number }> {
  const { hostname, port } = new URL(urls[0])
  const open = Math.max(1, Math.floor(count))
  let [ended, longestMs] = [0, 0]
  const beganMs = Date.now()
  /** The server has said goodbye to these: only sending on tells one that is gone from one that it still listens to. */
  const left: Socket[] = []
  const sockets = Array.from({ length: open }, () => {
    // Half open: it goes on sending after the server has said goodbye, and is cut only when the server cuts.
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true })
    socket.on('error', () => {})
    socket.once('close', () => { ended++; longestMs = Date.now() - beganMs })
    if (way.deaf) socket.pause()
    else socket.resume()
    socket.once('end', () => left.push(socket))
    socket.write(way.begins)
    return socket
  })
  for (let turn = 0; Date.now() - beganMs < cutMsMax; turn++) {
    await pause(byteEveryMs)
    if (ended === open) break
    if (way.goesOn !== '') for (const socket of sockets) if (socket.writable) socket.write(way.goesOn[turn % way.goesOn.length]!)
    knock(left)
    // A reader that is deaf learns that it was cut when it sends something.
    if (way.deaf && turn % 4 === 3) knock(sockets)
  }
  for (const socket of sockets) socket.destroy()
  return { open, ended, longestMs }
}

function knock (sockets: readonly Socket[]): void {
  for (const socket of sockets) if (socket.writable) socket.write('x')
}

/** Asks as an honest caller does, all the while. */
function watchOthers ({ urls, keys }: Stage): { end (): Promise<{ asked: number, slowestMs: number, failed: number }> } {
  let [asked, slowestMs, failed] = [0, 0, 0]
  const over = new AbortController()
  const asking = (async () => {
    while (!over.signal.aborted) {
      const beganMs = Date.now()
      const heard = await hearOne(urls[0], printCall(signedCall(keys.hmac, { method: 'GET', target: '/v1/ping' }, { created: nowS() })))
      const tookMs = Date.now() - beganMs
      asked++
      slowestMs = Math.max(slowestMs, tookMs)
      if (heard?.status !== 200 || tookMs > othersMsMax) failed++
      await pause(othersEveryMs)
    }
  })()
  return {
    async end () {
      over.abort()
      await asking
      return { asked, slowestMs, failed }
    }
  }
}

/** What is beyond a limit is refused with the status that says so. */
async function tooMuch ({ urls, keys }: Stage): Promise<string[]> {
  const json = ['content-type', 'application/json'] as const
  const post = (body: string) => signedCall(keys.hmac, { method: 'POST', target: '/v1/orders', fields: [json], body })
  const get = (target: string, more: Record<string, string> = {}) => withFields(signedCall(keys.hmac, { method: 'GET', target }), more)
  const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`x-${n}`, '1']))
  const cases: [says: string, status: number, call: ReturnType<typeof post>][] = [
    ['a header of 17 kB', 431, get('/v1/ping', { 'x-long': 'x'.repeat(17_000) })],
    ['3,000 headers', 431, get('/v1/ping', many)],
    ['an address of 17 kB', 431, get(`/v1/orders?reference=${'x'.repeat(17_000)}`)],
    ['a part of an address of 201 characters', 400, get(`/v1/orders/${'o'.repeat(201)}`)],
    ['a body of a byte too many', 413, post(' '.repeat(bodyBytesMax + 1))],
    ['a body said to be of 10 GB', 413, withFields(post('{}'), { 'content-length': String(10 ** 10) })]
  ]
  const faults: string[] = []
  for (const [says, status, call] of cases) {
    const heard = await hearOne(urls[0], printCall(call))
    if (heard?.status !== status) faults.push(`${says}: answered ${heard?.status ?? 'not at all'} instead of ${status}`)
  }
  return faults
}

/** Bytes the first API process has in memory, as its metrics tell. */
async function memoryOf ({ metricsUrl }: Stage): Promise<number> {
  const text = await (await fetch(metricsUrl)).text()
  const bytes = Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1])
  if (!(bytes > 0)) throw new Error('the metrics do not tell how much memory the server has')
  return bytes
}

/** The same by slowhttptest, where it is installed: a second opinion on what slow is. */
async function byTool ({ urls }: Stage, faults: string[], say: (line: string) => void): Promise<string[]> {
  if (!existsSync(slowhttptest)) {
    say('slowhttptest is not installed: its runs are left out')
    return ['| slowhttptest | left out: not installed | | |']
  }
  const rows: string[] = []
  const slowRead = ['-X', '-w', '10', '-y', '20', '-n', '5', '-z', '32']
  const tests = { 'slowloris (-H)': ['-H'], 'slow body (-B)': ['-B'], 'slow read (-X)': slowRead }
  for (const [name, words] of Object.entries(tests)) {
    const url = `${urls[0]}${name.includes('body') ? '/oauth/token' : '/docs/reference'}`
    const said = await output([...words, '-c', '300', '-r', '100', '-i', '5', '-l', String(slowhttptestSeconds), '-p', '5', '-u', url])
    const available = !/service available: +NO/i.test(stripVTControlCharacters(said))
    if (!available) faults.push(`slowhttptest ${name}: the service was not available to others`)
    const outcome = available ? 'service available throughout' : 'service not available'
    rows.push(`| slowhttptest ${name} | 300 | ${outcome} | ${slowhttptestSeconds} s |`)
    say(`slowhttptest ${name}: ${outcome}`)
  }
  return rows
}

function output (words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(slowhttptest, words, { stdio: ['ignore', 'pipe', 'pipe'] })
    const timer = setTimeout(() => child.kill('SIGKILL'), (slowhttptestSeconds + 20) * 1_000)
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', chunk => { said += chunk })
    child.once('error', reject).once('close', () => {
      clearTimeout(timer)
      resolve(said)
    })
  })
}
