// Answers leave together: what is made in one turn of the event loop is on its way at the end of that turn, and whole.
import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { answersHeldMax, sendTogether } from '../../src/api/send-together.ts'

const callers = 20
const longBytes = 5_000_000

const server = createServer()
sendTogether(server)
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo
t.teardown(() => {
  server.closeAllConnections()
  server.close()
})

/** So many requests have come; none is answered. */
async function asked (count: number): Promise<{ readonly answers: ServerResponse[], readonly told: Promise<string>[] }> {
  const answers: ServerResponse[] = []
  server.on('request', (_request, response) => { answers.push(response) })
  const told = Array.from({ length: count }, () => asks())
  while (answers.length < count) await once(server, 'request')
  server.removeAllListeners('request')
  return { answers, told }
}

async function asks (): Promise<string> {
  const asking = request({ port, host: '127.0.0.1' }).end()
  const [answer] = await once(asking, 'response') as [IncomingMessage]
  return await text(answer)
}

t.test('answers of one turn wait for its end, and are then sent whole', async t => {
  const { answers, told } = await asked(callers)
  for (const [i, answer] of answers.entries()) answer.end(`answer ${i}`)
  t.ok(answers.every(({ socket }) => socket!.writableLength > 0), 'none has left before all are made')
  await turn()
  t.ok(answers.every(({ socket }) => socket === null || socket.writableCorked === 0), 'none is held back')
  t.same((await Promise.all(told)).sort(), answers.map((_, i) => `answer ${i}`).sort())
})

t.test('in a crowd the first are sent before all are made', async t => {
  const { answers, told } = await asked(answersHeldMax + 1)
  for (const answer of answers) answer.end('here')
  const leftBehind = answers.filter(({ socket }) => socket!.writableCorked > 0)
  t.equal(leftBehind.length, 1, 'all but the last, which waits for others')
  t.same(new Set(await Promise.all(told)), new Set(['here']))
})

t.test('an answer in pieces, over many turns, comes piece by piece', async t => {
  const { answers: [answer], told } = await asked(1)
  for (const piece of ['a', 'b', 'c']) {
    answer!.write(piece)
    await turn()
    await turn()
    t.equal(answer!.socket!.writableCorked, 0, `${piece} is on its way`)
  }
  answer!.end()
  t.same(await Promise.all(told), ['abc'])
})

t.test('a long answer waits for its reader, and both end', async t => {
  const { answers: [answer], told } = await asked(1)
  const piece = 'x'.repeat(longBytes / 100)
  for (let i = 0; i < 100; i++) if (!answer!.write(piece)) await once(answer!, 'drain')
  answer!.end()
  t.equal((await told[0]!).length, longBytes)
})

t.test('requests sent in one piece are answered in their row on one connection', async t => {
  let answered = 0
  server.on('request', (_request, response) => { response.end(String(answered++)) })
  const socket = connect(port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(3) + 'GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  const heard = await text(socket)
  server.removeAllListeners('request')
  t.same([...heard.matchAll(/\r\n\r\n(?:1\r\n)?(\d)/g)].map(([, answer]) => answer), ['0', '1', '2', '3'])
})

t.test('a caller who hangs up holds up nobody', async t => {
  const { answers, told } = await asked(2)
  const outcome = Promise.allSettled(told)
  answers[0]!.socket!.destroy()
  for (const answer of answers) answer.end('here')
  t.same((await outcome).map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})
