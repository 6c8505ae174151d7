// A name server of a test's own, over UDP on this machine: it answers A and AAAA as it is told, question by question.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv4 } from 'node:net'
import type { Test } from 'tap'

export interface NameServer {
  /** As a resolver takes it. */
  readonly address: string
  /** Every name that was asked for, in order. */
  readonly asked: readonly string[]
}

/** Opens a name server; `addressesOf` gives the addresses of a name each time it is asked, none for a name that does not exist. */
export async function openNameServer (t: Test, addressesOf: (name: string) => readonly string[]): Promise<NameServer> {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (question, { port, address }) => {
    const { name, type, end } = readQuestion(question)
    if (type === typeA) asked.push(name)
    const answers = addressesOf(name).filter(found => isIPv4(found) === (type === typeA))
    const header = Buffer.from(question.subarray(0, 12))
    header.writeUInt16BE(0x8180, 2)
    header.writeUInt16BE(answers.length, 6)
    header.writeUInt32BE(0, 8)
    const records = answers.map(answer => {
      const bytes = addressBytes(answer)
      const record = Buffer.alloc(12)
      record.writeUInt16BE(0xc00c, 0)
      record.writeUInt16BE(type, 2)
      record.writeUInt16BE(1, 4)
      record.writeUInt16BE(bytes.length, 10)
      return Buffer.concat([record, bytes])
    })
    socket.send(Buffer.concat([header, question.subarray(12, end), ...records]), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.teardown(() => socket.close())
  return { address: `127.0.0.1:${socket.address().port}`, asked }
}

const typeA = 1

function readQuestion (message: Buffer): { name: string, type: number, end: number } {
  const labels: string[] = []
  let at = 12
  while (message[at] !== 0) {
    const length = message[at]!
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 }
}

function addressBytes (address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  const host = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = '', tail] = host.split('::')
  const groups = (side: string) => side === '' ? [] : side.split(':').map(group => parseInt(group, 16))
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const all = [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
  return Buffer.from(all.flatMap(group => [group >> 8, group & 255]))
}
