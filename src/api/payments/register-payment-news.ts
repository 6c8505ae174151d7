// What gateways' servers tell us. A message bears the gateway's own signature and none of ours; it is read as the bytes that arrived,
// and none of it is logged. What holds is booked before it is answered; what does not changes nothing.
import type { FastifyReply } from 'fastify'
import { worlds as worldNames } from '../../../schema/vocabulary.ts'
import type { GatewayAnswer, OpenGateway } from '../../base/gateway.ts'
import { readId } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { World } from '../../domain/world.ts'
import { failureKind } from '../../postgres/failure.ts'
import type { App, Worlds } from '../app-types.ts'
import type { AppOptions } from '../app.ts'
import { hostOf } from '../pages/network.ts'
import { safeError } from '../problems.ts'
import { rateLimiter } from '../rate-limit.ts'

export const newsBytesMax = 64 * 1024
/** Messages from one address, in a minute, whose signature does not hold, or that are for no gateway; what holds is not counted. */
export const forgedPerMinute = 60
const retryAfterSeconds = 5

export async function registerPaymentNews (app: App, worlds: Worlds, _options: AppOptions): Promise<void> {
  await app.register(async scope => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: newsBytesMax }, (_request, body, done) => done(null, body))
    const forged = rateLimiter()
    const policy = { name: 'forged-payment-news', perMinute: forgedPerMinute }

    scope.post<{ Params: { world: string, gateway: string } }>('/pay/:world/:gateway/news', {
      bodyLimit: newsBytesMax,
      schema: { hide: true } as never
    }, async (request, reply) => {
      const name = worldNames.find(name => name === request.params.world)
      if (name === undefined) throw notFound()
      const world = worlds[name]
      const nowMs = world.clock()
      const sender = hostOf(request.ip)
      if (forged.take(sender, policy, nowMs, 0).remaining === 0) {
        throw new Problem('rate_limited', 'Too many messages that were not the gateway’s came from this address.', { retryAfterSeconds })
      }
      const open = await findGateway(world, request.params.gateway)
      if (!open) {
        forged.take(sender, policy, nowMs)
        throw notFound()
      }
      const { answers } = open.gateway
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      try {
        await takeNews(world, open, { headers: request.headers, body }, nowMs)
        return send(reply, answers.taken)
      } catch (error) {
        if (error instanceof Problem && error.code === 'payment_news_invalid') {
          forged.take(sender, policy, nowMs)
          request.log.warn({ gateway: open.id, why: error.detail }, 'a message of a payment gateway was refused')
          return send(reply, answers.refused)
        }
        // Ours to put right: the gateway sends it again, and the query finds it in any case.
        const level = failureKind(error) === 'transient' ? 'warn' : 'error'
        request.log[level]({ err: safeError(error), gateway: open.id }, 'a message of a payment gateway could not be booked')
        return send(reply, { ...answers.refused, status: 503 })
      }
    })
  })
}

async function takeNews (
  world: World, { id, gateway }: OpenGateway, message: Parameters<OpenGateway['gateway']['readNews']>[0], nowMs: number
): Promise<void> {
  const news = await gateway.readNews(message, nowMs)
  if (news.kind === 'other') return
  const { paymentId, transaction, currency, amount, paidAt } = news.receipt
  const payment = readId('payment', paymentId)
  if (payment === undefined) throw new Problem('payment_news_invalid', 'It is of no payment of ours.')
  await world.receivePayment({ gateway: id, transaction, paymentId: payment, currency, amount, paidAt, source: 'callback' })
}

/** The gateway, once more looked for when it is not known: another process may have put it a moment ago. */
async function findGateway (world: World, id: string): Promise<OpenGateway | undefined> {
  const known = world.gateways.current.find(id)
  if (known) return known
  await world.refresh()
  return world.gateways.current.find(id)
}

function notFound (): Problem {
  return new Problem('not_found', 'There is no such gateway.')
}

function send (reply: FastifyReply, { status, type, body }: GatewayAnswer): FastifyReply {
  reply.code(status).header('cache-control', 'no-store')
  return status === 204 ? reply.send() : reply.type(type).send(body)
}
