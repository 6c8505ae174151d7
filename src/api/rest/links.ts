import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  CreateLink, Link, LinkChangePage, LinkPage, LinkParams, ListLinkChanges, ListLinks, UpdateLink, type CommissionWish as SaidCommission
} from '../../../schema/rest/links.ts'
import type { Money } from '../../../schema/rest/common.ts'
import { readId, type Uuid } from '../../base/ids.ts'
import type { SkuWish } from '../../domain/links/check-link.ts'
import { readRate } from '../../domain/links/commission.ts'
import { createLink, type CommissionWish } from '../../domain/links/create-link.ts'
import { endLink } from '../../domain/links/end-link.ts'
import type { Link as LinkRecord } from '../../domain/links/link.ts'
import { listLinkChanges } from '../../domain/links/list-link-changes.ts'
import { pauseLink } from '../../domain/links/pause-link.ts'
import { listLinks, readLink } from '../../domain/links/read-links.ts'
import { resumeLink } from '../../domain/links/resume-link.ts'
import { updateLink } from '../../domain/links/update-link.ts'
import type { Reader } from '../../postgres/pool.ts'
import { amountOf } from '../amount-of.ts'
import type { App } from '../app-types.ts'
import { change, referenceOf, resellerOf } from '../change.ts'
import { createOnce } from '../create-once.ts'
import { answerPage } from '../page.ts'
import { timeOf } from '../time-of.ts'
import { linkChangeView, linkViews, type LinkEyes } from './link-view.ts'
import { freshPrices } from './subscriptions.ts'

const tags = ['Purchase links']

/** Purchase links. */
export function linkRoutes (app: App): void {
  app.post('/v1/links', {
    config: { scope: 'links:write' },
    schema: {
      operationId: 'createLink',
      'x-sdk': { resource: 'links', method: 'create' },
      summary: 'Make a purchase link',
      description: 'A page with one to twenty SKUs at your retail prices, to be hung under a stream: buyers choose, pay and have their codes, ' +
        'without an account. It sells from your operator’s stock; nothing is bought before a buyer pays.',
      tags,
      body: CreateLink,
      response: { 201: Link, 200: Link }
    } as const
  }, async (request, reply) => {
    const { world, key } = request.caller
    const eyes = await eyesOf(request, app)
    const { buyer: { resellerId } } = eyes
    const { reference: given, ...said } = request.body
    const { kind = 'shared', description = '', redeem_note: redeemNote = '', picture_url: pictureUrl = null, quota = null } = said
    const reference = referenceOf(request, given)
    const { quota_per_buyer: quotaPerBuyer = null, starts_at: startsAt = null, ends_at: endsAt = null } = said
    return await createOnce(request, reply, {
      owner: resellerId,
      resource: 'link',
      reference,
      fields: said,
      create: async (tx, id) => show(tx, reply, eyes, await createLink(tx, world.name, eyes, eyes.buyer, {
        id,
        reference,
        slug: said.slug,
        kind,
        title: said.title,
        description,
        redeemNote,
        pictureUrl,
        sessionId: sessionIn(said.session ?? null),
        hostId: said.host === undefined ? undefined : hostIn(said.host),
        skus: said.skus.map(skuWish),
        quota,
        quotaPerBuyer,
        startsAt: timeIn(startsAt, '/starts_at'),
        endsAt: timeIn(endsAt, '/ends_at'),
        commission: said.commission && commissionWish(said.commission),
        createdBy: key.id
      })),
      read: async (tx, id) => show(tx, reply, eyes, await readLink(tx, resellerId, id))
    })
  })

  app.get('/v1/links', {
    config: { scope: 'links:read' },
    schema: {
      operationId: 'listLinks',
      'x-sdk': { resource: 'links', method: 'list' },
      summary: 'Your purchase links, newest first',
      tags,
      querystring: ListLinks,
      response: { 200: LinkPage }
    } as const
  }, async (request, reply) => {
    const eyes = await eyesOf(request, app)
    const { buyer: { resellerId } } = eyes
    const { state = null, session = null, host = null, slug = null } = request.query
    const filter = { state, sessionId: sessionIn(session), hostId: hostIn(host), slug }
    const { db } = request.caller.world
    reply.header('cache-control', 'no-store')
    return await answerPage(request, reply, `links ${JSON.stringify([resellerId, filter])}`, {
      load: async (after, count) => linkViews(db, eyes, await listLinks(db, resellerId, filter, after ? String(after[0]) : null, count)),
      placeOf: link => [readId('link', link.id)!],
      view: link => link
    })
  })

  app.get('/v1/links/:id', {
    config: { scope: 'links:read' },
    schema: {
      operationId: 'getLink',
      'x-sdk': { resource: 'links', method: 'get' },
      summary: 'One purchase link',
      tags,
      params: LinkParams,
      response: { 200: Link }
    } as const
  }, async (request, reply) => {
    const { db } = request.caller.world
    return await show(db, reply, await eyesOf(request, app), await readLink(db, ...addressed(request)))
  })

  app.get('/v1/links/:id/changes', {
    config: { scope: 'links:read' },
    schema: {
      operationId: 'listLinkChanges',
      'x-sdk': { resource: 'links', method: 'changes' },
      summary: 'What became of a link, newest first',
      description: 'Every edit, pause, resumption and end: who, when, and the members that changed, before and after.',
      tags,
      params: LinkParams,
      querystring: ListLinkChanges,
      response: { 200: LinkChangePage }
    } as const
  }, (request, reply) => {
    const [resellerId, id] = addressed(request)
    return answerPage(request, reply, `link changes ${JSON.stringify([resellerId, id])}`, {
      load: (after, count) => listLinkChanges(request.caller.world.db, resellerId, id, after ? Number(after[0]) : null, count),
      placeOf: ({ version }) => [version],
      view: linkChangeView
    })
  })

  changingRoutes(app)
}

function changingRoutes (app: App): void {
  const changes = async (request: FastifyRequest, reply: FastifyReply, work: (eyes: LinkEyes, ...tx: Parameters<Parameters<typeof change>[1]>) => Promise<LinkRecord>) => {
    const eyes = await eyesOf(request, app)
    return await change(request, async tx => show(tx, reply, eyes, await work(eyes, tx)))
  }

  app.patch('/v1/links/:id', {
    config: { scope: 'links:write' },
    schema: {
      operationId: 'updateLink',
      'x-sdk': { resource: 'links', method: 'update' },
      summary: 'Edit a purchase link',
      description: 'At once, for whoever has not begun to pay; who has, pays what was agreed. Name the version you have seen: of two who edit ' +
        'at the same time the second is refused (state_conflict), and nobody’s edit is lost unseen. GET …/changes keeps what was changed.',
      tags,
      params: LinkParams,
      body: UpdateLink,
      response: { 200: Link }
    } as const
  }, async (request, reply) => {
    const { version, title, description, quota, session, host, skus, commission } = request.body
    const { redeem_note: redeemNote, picture_url: pictureUrl, quota_per_buyer: quotaPerBuyer } = request.body
    const { starts_at: startsAt, ends_at: endsAt } = request.body
    const edit = {
      version,
      title,
      description,
      redeemNote,
      pictureUrl,
      sessionId: session === undefined ? undefined : sessionIn(session),
      hostId: host === undefined ? undefined : hostIn(host),
      skus: skus?.map(skuWish),
      quota,
      quotaPerBuyer,
      startsAt: startsAt === undefined ? undefined : timeIn(startsAt, '/starts_at'),
      endsAt: endsAt === undefined ? undefined : timeIn(endsAt, '/ends_at'),
      commission: commission && commissionWish(commission)
    }
    return await changes(request, reply, (eyes, tx) =>
      updateLink(tx, eyes, eyes.buyer, addressed(request)[1], edit, request.caller.key.id))
  })

  app.post('/v1/links/:id/pause', {
    config: { scope: 'links:write' },
    schema: {
      operationId: 'pauseLink',
      'x-sdk': { resource: 'links', method: 'pause' },
      summary: 'Pause a purchase link',
      description: 'From the answer on nobody begins to pay, wherever the page stands open; it says so within a second. Who is paying ' +
        'already may go on. Again, it changes nothing.',
      tags,
      params: LinkParams,
      response: { 200: Link }
    } as const
  }, (request, reply) => changes(request, reply, ({ nowMs }, tx) => pauseLink(tx, ...addressed(request), request.caller.key.id, nowMs)))

  app.post('/v1/links/:id/resume', {
    config: { scope: 'links:write' },
    schema: {
      operationId: 'resumeLink',
      'x-sdk': { resource: 'links', method: 'resume' },
      summary: 'Resume a purchase link',
      description: 'It sells again. Again, it changes nothing.',
      tags,
      params: LinkParams,
      response: { 200: Link }
    } as const
  }, (request, reply) => changes(request, reply, ({ nowMs }, tx) => resumeLink(tx, ...addressed(request), request.caller.key.id, nowMs)))

  app.post('/v1/links/:id/end', {
    config: { scope: 'links:write' },
    schema: {
      operationId: 'endLink',
      'x-sdk': { resource: 'links', method: 'end' },
      summary: 'End a purchase link, for good',
      description: 'Who is paying already may go on; what was bought stays bought. Again, it changes nothing.',
      tags,
      params: LinkParams,
      response: { 200: Link }
    } as const
  }, (request, reply) => changes(request, reply, (_eyes, tx) => endLink(tx, ...addressed(request), request.caller.key.id)))
}

/** With what the caller of a request sees links. */
export async function eyesOf (request: FastifyRequest, { origin }: Pick<App, 'origin'>): Promise<LinkEyes> {
  const { id: resellerId, levelId } = resellerOf(request)
  return { buyer: { resellerId, levelId }, book: await freshPrices(request), nowMs: request.caller.world.clock(), origin: origin() }
}

async function show (read: Reader, reply: FastifyReply, eyes: LinkEyes, link: LinkRecord): Promise<Link> {
  reply.header('cache-control', 'no-store')
  return (await linkViews(read, eyes, [link]))[0]!
}

/** Whose link the path names, and which. */
function addressed (request: FastifyRequest): readonly [Uuid, Uuid] {
  return [resellerOf(request).id, readId('link', (request.params as { id: string }).id)!]
}

function skuWish ({ sku, retail_price: price }: { readonly sku: string, readonly retail_price: Money }, index: number): SkuWish {
  return { skuId: readId('sku', sku)!, retailPrice: amountOf(price, `/skus/${index}/retail_price/amount`), currency: price.currency }
}

function commissionWish ({ rate, amount }: SaidCommission): CommissionWish {
  return {
    commissionRate: rate === undefined ? null : readRate(rate),
    commissionAmount: amount === undefined ? null : amountOf(amount, '/commission/amount/amount'),
    currency: amount?.currency
  }
}

function sessionIn (session: string | null): Uuid | null {
  return session === null ? null : readId('session', session)!
}

function hostIn (host: string | null): Uuid | null {
  return host === null ? null : readId('host', host)!
}

function timeIn (time: string | null, pointer: string): Date | null {
  return time === null ? null : timeOf(time, pointer)
}
