// A process that owns an embedded PostgreSQL: `embedded-owner.ts HOME`. Prints what it started as one line of JSON and lives
// until its input ends, so that a test can kill it, or run it as another user.
import { once } from 'node:events'
import { startEmbedded } from '../../src/postgres/embedded.ts'

const binaries = process.env.KAHUB_TEST_POSTGRES
const server = await startEmbedded({ home: process.argv[2] as string, log: () => {}, ...(binaries ? { binaries } : {}) })
console.log(JSON.stringify({ url: server.url, pid: server.pid, dataDirectory: server.dataDirectory }))
await once(process.stdin.resume(), 'close')
await server.stop()
