// The addresses that are in no contract: pages for buyers, hosts and readers, forms, streams, and what gateways send.
import type { Schema, Taking } from './contract-schemas.ts'
import type { Means } from './generate.ts'
import type { Plan } from './plan.ts'

const word: Schema = { type: 'string' }
const language: Schema = { type: 'string', enum: ['en', 'zh-CN', 'zh', 'x'] }
const checkoutId: Schema = { type: 'string', pattern: '^chk_[0-7][0-9a-hjkmnp-tv-z]{25}$' }
const skuId: Schema = { type: 'string', pattern: '^sku_[0-7][0-9a-hjkmnp-tv-z]{25}$' }
const gateway: Schema = { type: 'string', enum: ['sandbox', 'sandbox', 'x'] }
const formType = 'application/x-www-form-urlencoded'

const start: Schema = {
  type: 'object',
  required: ['sku', 'quantity', 'seen_price', 'contact', 'gateway'],
  properties: {
    sku: skuId,
    quantity: { type: 'integer', minimum: 1, maximum: 3 },
    seen_price: { type: 'string', enum: ['12', '12.00', '24', '0', 'sku_x=1'] },
    contact: { type: 'string', enum: ['+8613800138000', '13800138000', 'li@example.com', 'x', '+1'] },
    gateway,
    attempt: word,
    challenge: word
  }
}
const act: Schema = {
  type: 'object',
  properties: {
    gateway,
    position: { type: 'integer', minimum: 0, maximum: 3 },
    message: word,
    action: { type: 'string', enum: ['pay', 'fail', 'late', 'x'] },
    seconds: word
  }
}
const news: Schema = {
  type: 'object', properties: { id: word, type: word, data: { type: 'object', properties: { object: { type: 'object' } } } }
}

/** The form that begins a purchase. */
export const startPath = '/l/{slug}/checkouts'

const gets = [
  '/l/{slug}', '/l/{slug}/challenge', '/l/{slug}/left', '/l/{slug}/og.png', '/l/{slug}/qr.svg', '/l/{slug}/qr.png',
  '/l/{slug}/poster', '/l/assets/{name}', '/s/{slug}', '/embed/{slug}', '/embed.js', '/oembed', '/overlay/{overlay}',
  '/overlay/{overlay}/events', '/live/{live}', '/live/{live}/events', '/live/assets/{name}', '/r/{receipt}',
  '/r/{receipt}/state', '/back/{checkout}', '/deposits/done', '/docs', '/docs/guides/{guide}', '/docs/zh-CN/guides/{guide}',
  '/docs/assets/{name}', '/problems', '/', '/openapi.yaml', '/docs/reference', '/graphiql', '/favicon.ico',
  '/sandbox-gateway/{world}/pay/{paying}', '/sandbox-gateway/{world}/payments/{paying}', '/metrics'
]
const posts: readonly (readonly [string, string, Schema])[] = [
  [startPath, formType, start],
  ['/back/{checkout}', formType, act],
  ['/r/{receipt}/pay', formType, act],
  ['/r/{receipt}/cancel', formType, act],
  ['/r/{receipt}/complaints', formType, act],
  ['/pay/{world}/{gateway}/news', 'application/json', news],
  ['/pay/{world}/{gateway}/news', formType, news],
  ['/sandbox-gateway/{world}/pay/{paying}', formType, act],
  ['/sandbox-gateway/{world}/payments', 'application/json', news]
]

const pathSchemas: Readonly<Record<string, Schema>> = {
  world: { type: 'string', enum: ['live', 'test', 'x'] },
  gateway,
  checkout: checkoutId,
  guide: { type: 'string', enum: ['errors', 'graphql', 'callbacks', 'security', 'x', '..'] },
  name: { type: 'string', enum: ['page.css', 'site.css', 'x', '..'] }
}

/** Pages as operations, so that requests to them are made and spoilt as all others. */
export const pages: readonly Taking[] = [
  ...gets.map(path => page('GET', path, {})),
  ...posts.map(([path, type, schema]) => page('POST', path, { [type]: schema }))
]

function page (method: string, path: string, bodies: Readonly<Record<string, Schema>>): Taking {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
  const parameters = names.map(name => ({ name, in: 'path', required: true, schema: pathSchemas[name] ?? word }))
  const query = ['lang', 'embed', 'url', 'query', 'format', 'maxwidth', 'out_trade_no']
  return {
    operationId: `page ${method} ${path}`,
    method,
    path,
    scope: undefined,
    signed: false,
    body: undefined,
    responses: {},
    parameters: [...parameters, ...query.map(name => ({ name, in: 'query', schema: name === 'lang' ? language : word }))],
    bodies,
    page: true
  }
}

/** A purchase as a buyer begins it, through one of the links that are there. */
export function purchase (sku: string, { draw, pool }: Means): Plan {
  const taking = pages.find(({ path }) => path === startPath)!
  return {
    taking,
    world: 'live',
    role: 'nobody',
    method: 'POST',
    path: { slug: pool.one('slug', draw) ?? 'none' },
    query: [],
    headers: {},
    type: formType,
    body: { sku, quantity: 1, seen_price: '12', contact: '+8613800138000', gateway: 'sandbox' },
    spoilt: []
  }
}
