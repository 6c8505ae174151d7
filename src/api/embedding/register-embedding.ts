// What shows a link elsewhere than on its page: a script and an iframe for other sites, oEmbed, pictures for chats, QR codes, a poster, the
// short address, and the overlay of a stream. Pages load what stands beside them and nothing else; pictures are drawn from texts alone.
import { Readable } from 'node:stream'
import { Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { BuyerLanguage } from '../../../schema/vocabulary.ts'
import { Problem } from '../../base/problem.ts'
import { worldOfAddress } from '../../domain/links/buyer-keys.ts'
import type { ShownLink } from '../../domain/links/link.ts'
import { readShownLink } from '../../domain/links/shown-link.ts'
import type { App, Worlds } from '../app-types.ts'
import { guessesPerMinute } from '../buying/buyer-rates.ts'
import { languageOf } from '../pages/language.ts'
import { hostOf, networkOf } from '../pages/network.ts'
import { answerAsset, sendAsset } from '../pages/assets.ts'
import { discreetHeaders, pageHeaders, pagePolicy, type FramedBy } from '../pages/page-headers.ts'
import { rateHeaders, rateLimiter } from '../rate-limit.ts'
import { linkAddress, shortAddress, slugOf } from './addresses.ts'
import { assetsPath, openEmbeddingAssets } from './assets.ts'
import { printEmbedPage } from './embed-page.ts'
import { keepBounded } from './keep-bounded.ts'
import { oembedOf, oembedSecondsMax, printOembedXml } from './oembed.ts'
import { openOverlays, readOverlay, streamOverlay, type Overlay } from './overlay.ts'
import { overlayLookOf, printOverlayPage } from './overlay-page.ts'
import { printNothingHere, themes } from './page.ts'
import { pictureWidth, pictureWidths } from './picture-size.ts'
import { pictureWords } from './picture-words.ts'
import { openPictures } from './pictures.ts'
import { posterForms, printPosterPage } from './poster-page.ts'
import { drawQrPng, drawQrSvg, qrSizeDefault, qrSizeMax, qrSizeMin } from './qr-code.ts'

/** How old what is shown of a link may be, and how long it is remembered that there is none. */
const linkAgeMsMax = 300
const unknownAgeMsMax = 2_000
const linksKeptMax = 5_000
const qrCodesKeptMax = 2_000
const slugPattern = /^[a-z0-9-]{3,40}$/i

const minute = 60
const day = 86_400

/** Requests a minute: of an address, for pages and small answers; of a network, for pictures that have to be drawn. */
const pagesPerMinute = 6_000
const drawingsPerMinute = 120
const tokenGuessesPerMinute = 60

const guesses = { name: 'guesses', perMinute: guessesPerMinute }

const hidden = { hide: true }

/** The routes; they belong to no contract. */
export async function registerEmbedding (app: App, worlds: Worlds): Promise<void> {
  const assets = openEmbeddingAssets()
  const pictures = openPictures()
  const overlays = openOverlays()
  const limiter = rateLimiter()
  const clock = () => worlds.live.clock()
  const links = keepBounded<ShownLink | undefined>({ countMax: linksKeptMax, clock, goodMs: link => link ? linkAgeMsMax : unknownAgeMsMax })
  const qrCodes = keepBounded<string | Buffer>({ countMax: qrCodesKeptMax })
  // Streams have no end of their own, and threads none: a server that closes would wait for them.
  app.addHook('preClose', async () => {
    overlays.close()
    await pictures.close()
  })

  const take = (bucket: string, name: string, perMinute: number, reply: FastifyReply): void => {
    const policy = { name, perMinute }
    const state = limiter.take(`${name} ${bucket}`, policy, clock())
    if (state.allowed) return
    const headers = rateHeaders(policy, state)
    reply.headers({ 'ratelimit-policy': headers.policy, ratelimit: headers.limit })
    throw new Problem('rate_limited', `Wait ${state.waitSeconds} seconds, then try again.`, { retryAfterSeconds: state.waitSeconds })
  }
  const takePage = (request: FastifyRequest, reply: FastifyReply) => take(hostOf(request.ip), 'pages', pagesPerMinute, reply)
  const takeDrawing = (request: FastifyRequest, reply: FastifyReply) => take(networkOf(request.ip), 'pictures', drawingsPerMinute, reply)

  const findLink = async (request: FastifyRequest<{ Params: { slug: string } }>, reply: FastifyReply): Promise<ShownLink | undefined> => {
    takePage(request, reply)
    return await readLink(request.params.slug, request)
  }
  const readLink = async (slug: string, { ip }: FastifyRequest): Promise<ShownLink | undefined> => {
    if (!slugPattern.test(slug)) return undefined
    // Whoever has named too many that are none is shown what others have just seen, and finds nothing new.
    if (!links.has(slug) && limiter.take(`guesses ${hostOf(ip)}`, guesses, clock(), 0).remaining === 0) {
      throw new Problem('rate_limited', 'Too many links that are none were asked for.', { retryAfterSeconds: minute / guessesPerMinute })
    }
    const link = await links.get(slug, () => readShownLink(worlds[worldOfAddress(slug)].db, slug))
    if (!link) limiter.take(`guesses ${hostOf(ip)}`, guesses, clock())
    return link
  }
  const nothingHere = (reply: FastifyReply, language: BuyerLanguage, framedBy: FramedBy) =>
    page(reply.code(404), printNothingHere(language, assets), { framedBy, cache: 'no-cache' })

  app.get<{ Params: { name: string } }>(`${assetsPath}/:name`, { schema: hidden as never }, (request, reply) =>
    answerAsset(assets, request, reply))

  // Its address is written into other people's pages, so that it cannot change with what it holds.
  app.get('/embed.js', { schema: hidden as never }, (request, reply) => {
    const script = assets.named('embed.js')
    const etag = `W/"${script.hash}"`
    reply.headers({ 'cache-control': `public, max-age=${5 * minute}`, etag, ...forEverybody })
    if (request.headers['if-none-match']?.includes(etag) === true) return reply.code(304).send()
    return sendAsset(script, request, reply)
  })

  app.get<{ Params: { slug: string }, Querystring: LooseQuery }>('/embed/:slug', { schema: hidden as never }, async (request, reply) => {
    const language = languageIn(request)
    reply.header('vary', 'accept-language')
    const link = await findLink(request, reply)
    if (!link) return nothingHere(reply, language, 'everybody')
    const theme = themes.find(name => name === request.query.theme) ?? 'auto'
    return page(reply, printEmbedPage(link, { language, theme, nowMs: clock() }, assets), { framedBy: 'everybody', cache: 'no-cache' })
  })

  app.get<{ Querystring: LooseQuery }>('/oembed', { schema: hidden as never }, async (request, reply) => {
    takePage(request, reply)
    const { url, format = 'json', maxwidth, maxheight, lang } = request.query
    const room = { width: pixelsOf(maxwidth, 'maxwidth'), height: pixelsOf(maxheight, 'maxheight') }
    if (typeof url !== 'string' || url === '') throw new Problem('malformed_request', 'url is missing: the address of a purchase link.')
    reply.headers({ 'cache-control': `public, max-age=${oembedSecondsMax}`, 'x-content-type-options': 'nosniff', ...forEverybody })
    // §2.2: a format that is not spoken.
    if (format !== 'json' && format !== 'xml') return reply.code(501).type('text/plain; charset=utf-8').send('Ask for json or xml.\n')
    const slug = slugOf(app.origin(), url)
    if (slug === undefined) throw new Problem('not_found', 'url is to be the address of a purchase link of this server.')
    const language = languageOf(lang ?? new URL(url).searchParams.get('lang'), undefined)
    const answer = oembedOf(await readLink(slug, request) ?? refuseUnknown(), app.origin(), language, room)
    if (format === 'xml') return reply.type('text/xml; charset=utf-8').send(printOembedXml(answer))
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer))
  })

  const ofPicture = { schema: { ...hidden, querystring: PictureQuery } as const }
  app.get<{ Params: { slug: string } }>('/l/:slug/og.png', ofPicture, async (request, reply) => {
    const { width = pictureWidth, lang, v } = request.query as { width?: typeof pictureWidths[number], lang?: string, v?: string }
    const link = await findLink(request, reply) ?? refuseUnknown()
    const wish = pictureWords(link, app.origin(), languageOf(lang, undefined))
    const png = await pictures.draw(wish, width, () => takeDrawing(request, reply))
    const seconds = v === String(link.version) ? day : 5 * minute
    return picture(reply, 'image/png', seconds).send(png)
  })

  const ofQrCode = { schema: { ...hidden, querystring: QrQuery } as const }
  for (const [ending, type, draw] of [['svg', 'image/svg+xml', drawQrSvg], ['png', 'image/png', drawQrPng]] as const) {
    app.get<{ Params: { slug: string } }>(`/l/:slug/qr.${ending}`, ofQrCode, async (request, reply) => {
      const { size = qrSizeDefault } = request.query as { size?: number }
      const { slug } = await findLink(request, reply) ?? refuseUnknown()
      const address = shortAddress(app.origin(), slug)
      const code = await qrCodes.get(`${ending} ${size} ${address}`, async () => {
        takeDrawing(request, reply)
        return await draw(address, size)
      })
      return picture(reply, type, day).header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'").send(code)
    })
  }

  app.get<{ Params: { slug: string }, Querystring: LooseQuery }>('/l/:slug/poster', { schema: hidden as never }, async (request, reply) => {
    const language = languageIn(request)
    reply.header('vary', 'accept-language')
    const link = await findLink(request, reply)
    if (!link) return nothingHere(reply, language, 'nobody')
    const form = posterForms.find(name => name === request.query.form) ?? 'a4'
    return page(reply, printPosterPage(link, { origin: app.origin(), language, form }, assets), { framedBy: 'nobody', cache: 'no-cache' })
  })

  app.get<{ Params: { slug: string } }>('/s/:slug', { schema: hidden as never }, async (request, reply) => {
    const link = await findLink(request, reply)
    if (!link) return nothingHere(reply, languageIn(request), 'nobody')
    return reply.headers({ 'cache-control': 'no-cache', 'referrer-policy': 'no-referrer' }).redirect(linkAddress('', link.slug), 302)
  })

  const secret = { config: { secretPath: true }, schema: hidden as never } as const
  const overlayOf = async (token: string, request: FastifyRequest, reply: FastifyReply): Promise<Overlay | undefined> => {
    takePage(request, reply)
    const overlay = await readOverlay(worlds, token)
    if (!overlay) take(hostOf(request.ip), 'wrong-tokens', tokenGuessesPerMinute, reply)
    return overlay
  }

  app.get<{ Params: { token: string }, Querystring: LooseQuery }>('/overlay/:token', secret, async (request, reply) => {
    const overlay = await overlayOf(request.params.token, request, reply)
    const language = languageIn(request)
    if (!overlay) return nothingHere(reply, language, 'nobody')
    const look = overlayLookOf(language, request.query)
    return page(reply, printOverlayPage(overlay.title, look, assets), { framedBy: 'nobody', cache: 'no-store' })
  })

  app.get<{ Params: { token: string } }>('/overlay/:token/events', secret, async (request, reply) => {
    const overlay = await overlayOf(request.params.token, request, reply)
    if (!overlay) throw new Problem('not_found', 'This address opens nothing, or no more.')
    const { signal, end } = overlays.open(overlay.sessionId)
    request.raw.once('close', end)
    reply.type('text/event-stream; charset=utf-8')
    reply.headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no', ...discreetHeaders })
    return reply.send(Readable.from(streamOverlay(overlay, signal), { objectMode: false }).once('close', end))
  })
}

/** What pages take of a query: they pass over what others have added to an address. */
type LooseQuery = Readonly<Record<string, unknown>>

const PictureQuery = Type.Object({
  width: Type.Optional(Type.Integer({ enum: [...pictureWidths] })),
  lang: Type.Optional(Type.String({ maxLength: 20 })),
  v: Type.Optional(Type.String({ maxLength: 20 }))
})

const QrQuery = Type.Object({ size: Type.Optional(Type.Integer({ minimum: qrSizeMin, maximum: qrSizeMax })) })

/** Of what other sites load: scripts, oEmbed, pictures. */
const forEverybody = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }

/** A size of oEmbed's, in pixels (§2.2); Infinity when it says none. */
function pixelsOf (said: unknown, name: string): number {
  if (said === undefined) return Infinity
  if (typeof said === 'string' && /^[1-9]\d{0,5}$/.test(said)) return Number(said)
  throw new Problem('malformed_request', `${name} is to be a number of pixels.`)
}

interface Serving { readonly framedBy: FramedBy, readonly cache: string }

function page (reply: FastifyReply, html: string, { framedBy, cache }: Serving): FastifyReply {
  const policy = pagePolicy({ runs: 'scripts', pictures: "'self' data:", framedBy })
  return reply.headers(pageHeaders(policy)).header('cache-control', cache).send(html)
}

function picture (reply: FastifyReply, type: string, seconds: number): FastifyReply {
  return reply.type(type).headers({ 'cache-control': `public, max-age=${seconds}`, 'x-content-type-options': 'nosniff', ...forEverybody })
}

function languageIn (request: FastifyRequest): BuyerLanguage {
  return languageOf((request.query as LooseQuery).lang, request.headers['accept-language'])
}

function refuseUnknown (): never {
  throw new Problem('not_found', 'There is no such purchase link.')
}
