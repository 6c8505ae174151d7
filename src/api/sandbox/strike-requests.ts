// Faults on demand, in the test world alone. What strikes before the work is done strikes between the checks of a request and its
// route; what strikes after it, between the route's answer and the wire. In the live world a request passes both in one comparison,
// and one that asks for a fault is refused.
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sandboxFaultHeader, sandboxHeader } from '../../../schema/sandbox-faults.ts'
import { answerFaults, callbackFaults, orderFaults, type AnswerFault, type SandboxFault } from '../../../schema/vocabulary.ts'
import { readId } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { bendPlacing, keepCallbacks } from '../../domain/sandbox/bend-placing.ts'
import { countStrikes } from '../../domain/sandbox/count-strikes.ts'
import { numberOf, type CallbackStrike, type FaultWish, type OrderStrike, type Strike } from '../../domain/sandbox/faults.ts'
import { readFaultTags } from '../../domain/sandbox/read-tags.ts'
import { transact } from '../../postgres/transact.ts'
import type { App } from '../app-types.ts'
import { idempotencyKeyOf } from '../change.ts'
import { answerProblem, internalError, problemBody, problemType } from '../problems.ts'
import { faultsOfTags, isOneOf, readFaults, refused } from './read-faults.ts'
import { openSilence, type Silence } from './silence.ts'
import { isTest, type TestCaller } from './test-caller.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What strikes the answer to this request after the work was done; the test world's alone. */
    struckAnswer: Strike<AnswerFault> | undefined
  }
}

/** Adds the two places where faults strike; register it after authenticate. */
export function strikeRequests (app: App): void {
  const silence = openSilence()
  app.decorateRequest('struckAnswer')

  app.addHook('preHandler', (request, reply, done) => {
    // Public routes have no caller.
    if ((request.caller as unknown) === undefined) return done()
    if (request.caller.world.name === 'live' && request.headers[sandboxHeader] === undefined) return done()
    strikeBefore(request, reply, silence).then(passes => { if (passes) done() }, done)
  })

  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.struckAnswer === undefined) return done(null, payload)
    strikeAfter(request, reply, payload, silence, done)
  })

  app.addHook('preClose', done => {
    silence.end()
    done()
  })
}

const placing = 'POST /v1/orders'
/** Mutations place orders there too. */
const placingRoutes: readonly string[] = [placing, 'POST /graphql']
const tryingRoutes: readonly string[] = ['POST /v1/endpoints/:id/test', 'POST /v1/endpoints/:id/simulate']

/** Strikes before the work; whether the request goes on to its route. */
async function strikeBefore (request: FastifyRequest, reply: FastifyReply, silence: Silence): Promise<boolean> {
  const header = request.headers[sandboxHeader]
  const { caller } = request
  const route = `${request.method} ${request.routeOptions.url}`
  if (!isTest(caller)) {
    if (header === undefined) return true
    throw new Problem('sandbox_only', 'Only a reseller’s test key (key_test_…) can ask for faults with Kahub-Sandbox. Nothing was done.')
  }
  const wishes = await wishesOf(caller, request, typeof header === 'string' ? header : undefined, route)
  if (wishes.length === 0) return true
  const strikes = await countStrikes(caller.world, callOf(request, caller), wishes)
  if (strikes.length === 0) return true

  reply.header(sandboxFaultHeader, strikes.map(({ fault }) => fault).join(', '))
  request.log.info({ faults: strikes.map(({ fault }) => fault) }, 'the sandbox strikes a request')
  const answer = strikes.find(isOfAnswer)
  if (answer && !strikeNow(answer, request, reply, silence)) return false
  request.struckAnswer = answer
  await bendWork(request, caller, route, strikes)
  return true
}

async function wishesOf (
  caller: TestCaller, request: FastifyRequest, header: string | undefined, route: string
): Promise<readonly FaultWish[]> {
  const asked = header === undefined ? [] : readFaults(header)
  for (const { fault } of asked) refuseElsewhere(fault, route)
  if (route !== placing) return asked
  const { lines } = request.body as { lines: readonly { sku: string }[] }
  const tagged = faultsOfTags(await readFaultTags(caller.world, lines.map(({ sku }) => readId('sku', sku)!)))
  const wishes = [...asked]
  for (const wish of tagged) {
    const taken = wishes.some(({ fault }) => fault === wish.fault || (isAnswerFault(fault) && isAnswerFault(wish.fault)))
    if (!taken) wishes.push(wish)
  }
  return wishes
}

function refuseElsewhere (fault: SandboxFault, route: string): void {
  if (isOneOf(orderFaults, fault) && !placingRoutes.includes(route)) throw refused(`asks for ${fault}, which strikes ${placing}`)
  if (isOneOf(callbackFaults, fault) && !placingRoutes.includes(route) && !tryingRoutes.includes(route)) {
    throw refused(`asks for ${fault}, which strikes ${placing} and the test and simulate of an endpoint`)
  }
}

function callOf (request: FastifyRequest, { key }: TestCaller) {
  const path = request.raw.url!.split('?', 1)[0]!
  const reference = referenceIn(request)
  const told = `${request.method} ${path}`
  const content = reference === null ? `${request.raw.url} ${String(request.headers['content-digest'])}` : `reference ${reference}`
  return { resellerId: key.reseller.id, told, identity: createHash('sha256').update(`${told} ${content}`).digest('hex'), reference }
}

/** The reference of a call that creates something, wherever it stands. */
function referenceIn (request: FastifyRequest): string | null {
  if (request.method === 'GET') return null
  const places = [idempotencyKeyOf(request), memberOf(request.body), memberOf(request.query)]
  return places.find(place => place !== undefined) ?? null
}

function memberOf (place: unknown): string | undefined {
  if (typeof place !== 'object' || place === null || !('reference' in place)) return undefined
  return typeof place.reference === 'string' ? place.reference : undefined
}

/** Strikes what strikes before the work; whether there is still an answer to come. */
function strikeNow ({ fault, parameters }: Strike<AnswerFault>, request: FastifyRequest, reply: FastifyReply, silence: Silence): boolean {
  const { socket } = request.raw
  switch (fault) {
    case 'timeout_before_commit':
      silence.keep(socket, Number(parameters.ms))
      return false
    case 'reset_before_commit':
      socket.resetAndDestroy()
      return false
    case 'error_before_commit':
      answerProblem(internalError(), request, reply)
      return false
    case 'unavailable':
      answerProblem(new Problem('overloaded', 'Too much is under way just now. Send the request again.', {
        retryAfterSeconds: Number(parameters.retry_after)
      }), request, reply)
      return false
    case 'rate_limited':
      answerProblem(new Problem('rate_limited', 'The sandbox allows no more requests just now.', {
        retryAfterSeconds: Number(parameters.retry_after)
      }), request, reply)
      return false
    default:
      return true
  }
}

/** Lets the route place this order, or try this endpoint, as the faults want it. */
async function bendWork (request: FastifyRequest, caller: TestCaller, route: string, strikes: readonly Strike[]): Promise<void> {
  const ofOrder = strikes.filter((strike): strike is OrderStrike => isOneOf(orderFaults, strike.fault))
  const ofCallbacks = strikes.filter((strike): strike is CallbackStrike => isOneOf(callbackFaults, strike.fault))
  if (ofOrder.length + ofCallbacks.length === 0) return
  const { world, key } = caller
  if (tryingRoutes.includes(route)) {
    const { id } = request.params as { id: string }
    await transact(world.db, tx => keepCallbacks(tx, key.reseller.id, `endpoint:${id}`, ofCallbacks))
    return
  }
  request.caller = { ...caller, world: { ...world, placeOrder: bendPlacing(world, ofOrder, ofCallbacks) } }
}

/** Strikes the answer of work that was done. */
function strikeAfter (
  request: FastifyRequest, reply: FastifyReply, payload: unknown, silence: Silence, done: (error: Error | null, payload?: unknown) => void
): void {
  const { fault, parameters } = request.struckAnswer!
  const { socket } = request.raw
  switch (fault) {
    case 'slow_answer':
      setTimeout(() => done(null, payload), numberOf({ parameters }, 'ms'))
      return
    case 'timeout_after_commit':
      drop(payload)
      silence.keep(socket, numberOf({ parameters }, 'ms'))
      return
    case 'reset_after_commit':
      drop(payload)
      socket.resetAndDestroy()
      return
    default:
      drop(payload)
      for (const name of ['content-length', 'location', 'link', 'idempotent-replayed']) reply.removeHeader(name)
      reply.code(500).header('content-type', problemType).header('cache-control', 'no-store')
      done(null, JSON.stringify(problemBody(internalError(), request.id)))
  }
}

/** An answer that flows is not read any more. */
function drop (payload: unknown): void {
  if (typeof payload === 'object' && payload !== null && 'destroy' in payload) (payload as { destroy (): void }).destroy()
}

function isAnswerFault (fault: SandboxFault): fault is AnswerFault {
  return isOneOf(answerFaults, fault)
}

function isOfAnswer (strike: Strike): strike is Strike<AnswerFault> {
  return isAnswerFault(strike.fault)
}
