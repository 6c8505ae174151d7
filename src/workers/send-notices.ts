// Sends the notices of the sandbox gateway over real HTTP to the address that a payment was made with.
import { sandboxHeaders } from '../base/sandbox-wire.ts'
import { leaseNotices, settleNotices, type LeasedNotice, type NoticeOutcome } from '../domain/sandbox-gateway/send-notices.ts'
import type { World } from '../domain/world.ts'
import type { Sender } from '../outgoing/send-callback.ts'
import type { PassOutcome } from './loop.ts'

/** How long a merchant may take to answer. */
export const noticeMsMax = 5_000
const noticesPerRun = 100

/** A pass that sends what is due. */
export async function sendNotices (world: World, sender: Sender): Promise<PassOutcome> {
  if (world.sandboxGateway === null) return 'done'
  const notices = await leaseNotices(world.callbackDb, noticesPerRun)
  await settleNotices(world.callbackDb, await Promise.all(notices.map(notice => sendNotice(world, sender, notice))))
  return notices.length < noticesPerRun ? 'done' : 'more'
}

async function sendNotice (world: World, sender: Sender, { id, attempts, notifyUrl, body }: LeasedNotice): Promise<NoticeOutcome> {
  const timestamp = Math.floor(world.clock() / 1_000)
  const headers = {
    'content-type': 'application/json',
    ...sandboxHeaders(world.sandboxGateway!.secret, { kind: 'notice', about: '', timestamp, body })
  }
  const { status, error } = await sender.send({ url: notifyUrl, headers, body })
  const isTaken = error === null && status !== null && status >= 200 && status < 300
  return { id, attempts, error: isTaken ? null : error ?? `status ${status}` }
}
