// The site at /docs as a visitor meets it: every page stands by itself, its links lead somewhere, in two languages, offline.
import t from 'tap'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { problemCodes } from '../../schema/problems.ts'
import { appForPrinting } from '../../src/compose.ts'
import { openBrowser, tooWide, withoutBrowser } from '../support/browser.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Documents that are only there in English: of the SDK's package, and what is read by its date. */
const englishOnly = ['sdk/README.md', 'CHANGELOG.md']

const app = await appForPrinting()
const base = await app.listen({ host: '127.0.0.1', port: 0 })
t.teardown(() => app.close())
const pages = await crawl()

t.test('every page is found from /docs, and no link of a page leads nowhere', async t => {
  const guides = readdirSync(join(root, 'docs')).filter(name => name.endsWith('.md'))
  for (const name of guides) {
    const path = name.endsWith('.zh-CN.md') ? `/docs/zh-CN/guides/${name.slice(0, -'.zh-CN.md'.length)}` : `/docs/guides/${name.slice(0, -'.md'.length)}`
    t.ok(pages.has(path), path)
  }
  for (const [path, { status, html, links }] of pages) {
    t.equal(status, 200, path)
    for (const link of links) {
      const [target = '', anchor] = (link.startsWith('#') ? path + link : link).split('#')
      const page = pages.get(target)
      t.ok(page, `${path} leads to ${link}`)
      if (anchor) t.ok(page?.html.includes(` id="${decodeURIComponent(anchor)}"`), `${path} leads to ${link}`)
    }
    if (path !== '/docs/reference') t.notMatch(html, /(src|href)="(?!\/|#|data:|https?:)/, `${path}: addresses are whole`)
  }
})

t.test('links between documents lead somewhere in the repository too, with their anchors', async t => {
  const documents = ['README.md', 'README.zh-CN.md', ...readdirSync(join(root, 'docs')).filter(name => name.endsWith('.md')).map(name => `docs/${name}`)]
  for (const document of documents) {
    for (const [, link] of readFileSync(join(root, document), 'utf8').matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const [path, anchor] = link!.split('#')
      const target = path === '' ? document : join(dirname(document), path!)
      t.ok(existsSync(join(root, target)), `${document}: ${link}`)
      if (anchor !== undefined && target.endsWith('.md')) t.ok(anchorsOf(target).includes(decodeURIComponent(anchor)), `${document}: ${link}`)
    }
  }
})

t.test('languages are pairs: each guide has both, and each page leads to the other', async t => {
  const names = readdirSync(join(root, 'docs')).filter(name => name.endsWith('.md'))
  for (const name of names) {
    const other = name.endsWith('.zh-CN.md') ? name.replace('.zh-CN.md', '.md') : name.replace('.md', '.zh-CN.md')
    t.ok(names.includes(other), `docs/${name} has docs/${other}`)
  }
  for (const name of englishOnly) t.notOk(existsSync(join(root, name.replace('.md', '.zh-CN.md'))), `${name} has no translation, or is to be taken off this list`)
  for (const [path, { html }] of ownPages()) {
    const [, other] = /<nav class="languages"[^>]*><a href="([^"]+)" lang="/.exec(html) ?? []
    const back = /<nav class="languages"[^>]*><a href="([^"]+)"/.exec(pages.get(other!)?.html ?? '')?.[1]
    if (path.startsWith('/docs/files/')) t.equal(other, path)
    else if (path !== '/problems') t.equal(back, path, `${path} and ${other}`)
  }
})

t.test('pages are well formed and can be read by everybody', async t => {
  for (const [path, { html, headers }] of ownPages()) {
    const lang = path.includes('/zh-CN') ? 'zh-CN' : 'en'
    t.match(html, new RegExp(`^<!doctype html>\\n<html lang="${lang}">`), path)
    t.match(html, /<title>[^<]{5,}<\/title>/, `${path} has a title`)
    t.equal(html.match(/<h1[ >]/g)?.length, 1, `${path} has one h1`)
    for (const landmark of ['<header', '<main id="content"', '<nav', '<footer']) t.ok(html.includes(landmark), `${path} has ${landmark}`)
    t.same(faultsIn(html), [], `${path} is well formed`)
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    t.equal(new Set(ids).size, ids.length, `${path}: no id stands twice`)
    const levels = [...html.matchAll(/<h([1-6])[ >]/g)].map(([, level]) => Number(level))
    t.ok(levels.every((level, index) => index === 0 || level <= levels[index - 1]! + 1), `${path}: no level of headings is left out`)
    for (const [, nav] of html.matchAll(/<nav([^>]*)>/g)) t.match(nav, /aria-label(ledby)?="/, `${path}: navigations have names`)
    t.match(headers.get('content-security-policy'), /^default-src 'none'; style-src 'self'; script-src 'self';/, path)
    t.notMatch(html, /<script(?![^>]* src="\/docs\/assets\/)|<style|\son\w+="/, `${path}: nothing inline`)
  }
})

t.test('a refusal’s type leads to its explanation', async t => {
  const english = await fetch(`${base}/problems`)
  const html = await english.text()
  for (const code of problemCodes) t.ok(html.includes(`<h3 id="${code}">`), code)
  t.match(await (await fetch(`${base}/problems`, { headers: { 'accept-language': 'zh-CN,zh;q=0.9' } })).text(), /<html lang="zh-CN">/)
  t.equal(english.headers.get('vary'), 'accept-language')
})

t.test('what is not listed is not served, whatever its path says', async t => {
  for (const path of [
    '/docs/guides/nothing', '/docs/guides/constructor', '/docs/files/package.json', '/docs/files/..%2fpackage.json', '/docs/files/examples%2f..%2f.kahub%2fdemo.json',
    '/docs/files/%2fetc%2fpasswd', '/docs/assets/guides.md', '/docs/assets/__proto__', '/docs/zh-CN/guides/..%2f..%2fREADME'
  ]) t.equal((await fetch(base + path)).status, 404, path)
})

t.test('a browser loads every page from here alone, breaks no policy and scrolls no page sideways', { skip: withoutBrowser }, async t => {
  const browser = await openBrowser(t)
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  const page = await context.newPage()
  const outside: string[] = []
  const said: string[] = []
  await context.route('**', route => {
    const { origin, protocol } = new URL(route.request().url())
    if (origin === base || protocol === 'data:') return route.continue()
    outside.push(route.request().url())
    return route.abort()
  })
  page.on('console', message => { if (message.type() === 'error') said.push(`${page.url()}: ${message.text()}`) })
  page.on('pageerror', error => { said.push(`${page.url()}: ${error.message}`) })
  for (const path of [...ownPages().map(([path]) => path), '/docs/reference']) {
    await page.goto(base + path, { waitUntil: 'load' })
    if (path === '/docs/reference') continue
    t.equal(await tooWide(page), 0, `${path} fits a phone`)
    t.same(await lowContrast(page), [], `${path} can be read in the dark`)
  }
  t.same(outside, [])
  t.same(said, [])
})

interface Visited { readonly status: number, readonly html: string, readonly headers: Headers, readonly links: readonly string[] }

/** All pages that can be reached from the home by links of this server. */
async function crawl (): Promise<Map<string, Visited>> {
  const found = new Map<string, Visited>()
  const open = ['/docs', '/docs/zh-CN', '/problems']
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue
    const response = await fetch(base + path)
    const html = await response.text()
    const own = path !== '/docs/reference' && response.headers.get('content-type')?.startsWith('text/html') === true
    const links = own ? [...html.matchAll(/<a [^>]*?href="([^"]+)"/g)].map(([, link]) => link!.replaceAll('&amp;', '&')).filter(link => !/^https?:/.test(link)) : []
    found.set(path, { status: response.status, html, headers: response.headers, links })
    open.push(...links.filter(link => !link.startsWith('#')).map(link => link.split('#')[0]!))
  }
  return found
}

/** The pages of guides, without the reference and the contract. */
function ownPages (): [string, Visited][] {
  return [...pages].filter(([path, { html }]) => path !== '/docs/reference' && html.startsWith('<!doctype html>'))
}

const voids = ['meta', 'link', 'br', 'hr', 'img', 'input', 'rect', 'path']

/** Elements that are not closed, or closed in another order. */
function faultsIn (html: string): string[] {
  const open: string[] = []
  const faults: string[] = []
  for (const [, end, name, self] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)\b(?:"[^"]*"|[^">])*?(\/?)>/g)) {
    if (end === '' && self === '' && !voids.includes(name!)) open.push(name!)
    else if (end !== '' && open.pop() !== name) faults.push(`</${name}>`)
  }
  return [...faults, ...open]
}

function anchorsOf (document: string): string[] {
  return [...readFileSync(join(root, document), 'utf8').matchAll(/^#{1,6} (.*)$/gm)].map(([, text]) =>
    text!.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase().replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '').trim().replaceAll(' ', '-'))
}

/** Texts whose colour is nearer to their ground than 4.5 to 1 (WCAG 2.2, 1.4.3). */
function lowContrast (page: { evaluate (script: string): Promise<unknown> }): Promise<unknown> {
  return page.evaluate(`(${findLowContrast.toString()})()`)
}

function findLowContrast (): string[] {
  type Styled = { parentElement: Styled | null, textContent: string | null }
  const { document, getComputedStyle } = globalThis as unknown as {
    document: { querySelectorAll (of: string): Iterable<Styled> }, getComputedStyle (of: Styled): { color: string, backgroundColor: string, display: string }
  }
  const numbers = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number)
  const light = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = numbers(colour).map(value => value / 255).map(value => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const ground = (of: Styled | null): string => {
    if (of === null) return 'rgb(255, 255, 255)'
    const { backgroundColor } = getComputedStyle(of)
    return numbers(backgroundColor)[3] === 0 ? ground(of.parentElement) : backgroundColor
  }
  const low = new Set<string>()
  for (const of of document.querySelectorAll('p, li, a, td, th, code, code span, h1, h2, h3, figcaption, summary, button')) {
    const [one, other] = [light(getComputedStyle(of).color), light(ground(of))].sort((a, b) => b - a) as [number, number]
    if ((one + 0.05) / (other + 0.05) < 4.5) low.add(`${of.textContent?.slice(0, 30)} ${getComputedStyle(of).color} on ${ground(of)}`)
  }
  return [...low]
}
