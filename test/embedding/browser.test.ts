// What shows a link elsewhere, as Chromium shows it: on another origin under a strict policy, on paper, over a stream.
import t, { type Test } from 'tap'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { create as createQrCode } from 'qrcode'
import { openStage } from '../live/stage.ts'
import { accessibilityFaults, keepPicture, openBrowser, openPage, screens, withoutBrowser } from '../support/browser.ts'
import { until } from '../support/until.ts'
import { openStall } from './stall.ts'

const skip = withoutBrowser
const stall = skip ? undefined : await openStall(t)
const browser = skip ? undefined : await openBrowser(t)

const hostile = '"><script>alert(1)</script><img src=x onerror=alert(2)> \'&amp; 🎉'

t.test('on a page of another origin with a strict policy, a script tag becomes a button that is as high as it has to be', { skip }, async t => {
  const { house } = stall!
  const one = await stall!.link({ title: '边播边卖 Steam 钱包充值卡 ¥100' })
  const two = await stall!.link({ title: hostile, prices: ['19.90', '29.90'] })
  const script = (slug: string, more = '') => `<script src="${house.url}/embed.js" data-link="${slug}" ${more} async></script>`
  const policy = `default-src 'none'; script-src ${house.url}; frame-src ${house.url}; style-src 'self'; img-src data:; require-trusted-types-for 'script'`
  const host = await openHost(t, policy, `<h1>A blog</h1><p>Before</p>${script(one.slug, 'data-lang="zh-CN"')}<p>Between</p>
    ${script(two.slug, 'data-lang="en" data-theme="dark" data-title="Get yours"')}<p>After</p>${script('"><img src=x>')}
    <iframe src="${house.url}/embed/${one.slug}?lang=en" title="plain" width="480" height="132"></iframe>`)
  const { page, troubles, context } = await openPage(t, browser!, { viewport: { width: 800, height: 900 } })
  await page.goto(await openHost(t, policy, '<iframe title="plain"></iframe>'))
  const plainNames = await namesOf(page)
  await page.goto(host)
  await page.frameLocator('iframe[title="Get yours"]').getByRole('link', { name: 'Buy now' }).waitFor()
  t.equal(await page.locator('script + iframe:not([title=plain])').count(), 2, 'one for each good tag, in its place')
  t.same((await namesOf(page)).filter(name => !plainNames.includes(name) && !/^\d+$/.test(name)), [], 'no name is left behind')
  for (const title of ['购买', 'Get yours']) {
    const frame = page.locator(`iframe[title="${title}"]`)
    await until(async () => await heightOf(frame) === await contentHeight(page, title))
    t.pass(`${title}: as high as what is in it`)
  }
  const wide = await heightOf(page.locator('iframe[title="Get yours"]'))
  await page.setViewportSize({ width: 300, height: 900 })
  await until(async () => await heightOf(page.locator('iframe[title="Get yours"]')) > wide)
  t.pass('when the page becomes narrow, it becomes higher')
  await keepPicture(page, 'embed-narrow')
  await page.setViewportSize({ width: 800, height: 900 })
  await keepPicture(page, 'embed')

  await until(async () => await heightOf(page.locator('iframe[title="购买"]')) === await contentHeight(page, '购买'))
  const before = await heightOf(page.locator('iframe[title="购买"]'))
  await page.evaluate('postMessage({ kahub: "size", height: 999 }, "*")')
  await page.evaluate(`new Promise(resolve => {
    const other = document.querySelector('iframe[title="plain"]').contentWindow
    dispatchEvent(new MessageEvent('message', { data: { kahub: 'size', height: 998 }, source: other, origin: '${house.url}' }))
    const own = document.querySelector('iframe[title="购买"]').contentWindow
    dispatchEvent(new MessageEvent('message', { data: { kahub: 'size', height: 997 }, source: own, origin: 'https://evil.example' }))
    for (const data of [null, 'x', { kahub: 'size' }, { kahub: 'size', height: -1 }, { kahub: 'size', height: '5' }, { kahub: 'other', height: 5 }]) {
      dispatchEvent(new MessageEvent('message', { data, source: own, origin: '${house.url}' }))
    }
    setTimeout(resolve)
  })`)
  t.equal(await heightOf(page.locator('iframe[title="购买"]')), before, 'whoever else speaks changes nothing')
  await page.evaluate(`dispatchEvent(new MessageEvent('message', {
    data: { kahub: 'size', height: 5000 }, source: document.querySelector('iframe[title="购买"]').contentWindow, origin: '${house.url}'
  }))`)
  t.equal(await heightOf(page.locator('iframe[title="购买"]')), 1000, 'nothing grows without end')

  const opened = context.waitForEvent('page')
  await page.frameLocator('iframe[title="Get yours"]').getByRole('link', { name: 'Buy now' }).click()
  const shop = await opened
  await shop.waitForLoadState()
  t.equal(shop.url(), `${house.url}/l/${two.slug}?lang=en`)
  t.equal(await shop.evaluate('window.opener'), null)
  t.equal(await shop.evaluate('document.referrer'), '')
  t.same(troubles.filter(trouble => !/data-link has to be/.test(trouble)), [], 'no policy is broken and nothing fails')
})

t.test('the iframe’s page, the poster and the page where there is nothing can be used by everybody, light and dark, on a phone and a desk', { skip }, async t => {
  const { house } = stall!
  const { slug } = await stall!.link({ title: '边播边卖 Steam 钱包充值卡 ¥100', prices: ['19.90', '29.90'] })
  const bad = await stall!.link({ title: hostile })
  const long = await stall!.link({ title: '夏日直播间全网最低价限时抢购超值礼包'.repeat(4), prices: Array.from({ length: 8 }, (_, n) => `${n + 12}.00`) })
  const paths = [
    `/embed/${slug}?lang=zh-CN`, `/embed/${slug}?lang=en&theme=dark`, `/embed/${slug}?lang=en&theme=light`, `/embed/${bad.slug}?lang=en`,
    `/l/${bad.slug}/poster?lang=en`, `/l/${long.slug}/poster?lang=zh-CN`, `/l/${long.slug}/poster?lang=zh-CN&form=phone`, '/embed/nobody-made-it?lang=en'
  ]
  for (const [screen, colorScheme] of [['phone', 'light'], ['desktop', 'dark']] as const) {
    const { page, troubles } = await openPage(t, browser!, { ...screens[screen], colorScheme })
    for (const path of paths) {
      await page.goto(house.url + path)
      t.same(await accessibilityFaults(page), [], `${path} ${colorScheme} ${screen}`)
      t.ok(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth'), `${path} fits a ${screen}`)
      await keepPicture(page, `${path.replace(/^.*?(embed|poster)/, `${paths.indexOf(path)}-$1`).replace(/\W+/g, '-')}-${colorScheme}-${screen}`)
    }
    t.same(troubles.filter(trouble => !/status of 404/.test(trouble)), [])
  }
})

t.test('what is left changes in the iframe as it changes', { skip }, async t => {
  const { house, seller } = stall!
  const { slug, id } = await stall!.link({ title: 'Pausing' })
  const { page } = await openPage(t, browser!)
  await page.clock.install()
  await page.goto(`${house.url}/embed/${slug}?lang=en`)
  await seller.send('POST', `/v1/links/${id}/pause`, { body: {} })
  await until(async () => {
    await page.clock.fastForward(16_000)
    return await page.getByText('Paused').count() === 1
  })
  t.match(await page.getByRole('link').textContent(), 'See more')
})

t.test('the poster is one sheet of paper, of A4 or as high as a phone', { skip }, async t => {
  const { house } = stall!
  const { slug } = await stall!.link({ title: '夏日直播间全网最低价限时抢购超值礼包'.repeat(4), prices: Array.from({ length: 8 }, (_, n) => `${n + 12}.00`) })
  const { page } = await openPage(t, browser!)
  for (const [form, width, height] of [['a4', 595, 842], ['phone', 306, 544]] as const) {
    await page.goto(`${house.url}/l/${slug}/poster?lang=zh-CN&form=${form}`)
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true })
    const text = pdf.toString('latin1')
    t.equal(text.match(/\/Type \/Page\b(?!s)/g)?.length, 1, `${form}: one page`)
    const [, , , right, top] = /\/MediaBox \[([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+)\]/.exec(text)!.map(Number)
    t.ok(Math.abs(right! - width) < 2 && Math.abs(top! - height) < 2, `${form}: ${right} × ${top} points`)
    await keepPaper(pdf, `poster-${form}`)
  }
  await page.getByRole('button', { name: '打印' }).waitFor()
})

t.test('the squares of both QR codes are those of the short address', { skip }, async t => {
  const { house } = stall!
  const { slug } = await stall!.link()
  const { page } = await openPage(t, browser!)
  const { modules } = createQrCode(`${house.url}/s/${slug}`, { errorCorrectionLevel: 'M' })
  const wanted = Array.from(modules.data, dark => dark ? '#' : '.').join('')
  await page.goto(`${house.url}/l/${slug}/poster`)
  for (const ending of ['svg', 'png?size=512', 'png?size=1024']) {
    const seen = await page.evaluate(readSquares, { address: `/l/${slug}/qr.${ending}`, count: modules.size, margin: 4 })
    t.equal(seen, wanted, ending)
  }
})

t.test('the overlay lies over a stream: transparent, counting, with the newest purchases, and nothing of a buyer but the hint', { skip }, async t => {
  const stage = await openStage(t, { title: hostile })
  const link = await stage.link({ title: 'Game cards', product: 'Steam <b>钱包</b>', skus: ['¥100'], codes: 12 })
  const overlay = (await stage.seller.send('GET', `/v1/sessions/${stage.session}`)).json.overlay_url as string
  for (const [lang, theme, buyer] of [['zh-CN', 'dark', '138****5678'], ['en', 'light', '139****9012']] as const) {
    const { page, troubles } = await openPage(t, browser!, { viewport: { width: 720, height: 420 } })
    await page.goto(`${overlay}?lang=${lang}&theme=${theme}&max=3`)
    await page.locator('[data-counter]:not([hidden])').waitFor()
    t.equal(await page.evaluate('getComputedStyle(document.body).backgroundColor + getComputedStyle(document.documentElement).backgroundColor'), 'rgba(0, 0, 0, 0)rgba(0, 0, 0, 0)')
    const sold = Number(await page.locator('[data-sold]').textContent())
    await stage.buys(link, { contact: `+86${buyer.replace('****', '0000')}`, quantity: 2 })
    await page.getByText(lang === 'en' ? `${buyer} bought Steam <b>钱包</b> ¥100 ×2` : `${buyer} 买了 Steam <b>钱包</b> ¥100 ×2`).first().waitFor()
    await until(async () => await page.locator('[data-sold]').textContent() === String(sold + 2))
    t.equal(await page.locator('time').first().textContent(), lang === 'en' ? 'just now' : '刚刚')
    for (let i = 0; i < 3; i++) await stage.buys(link)
    await until(async () => await page.locator('[data-sold]').textContent() === String(sold + 5))
    t.equal(await page.locator('[data-purchases] li').count(), 3, 'no more than asked for')
    t.same(await accessibilityFaults(page), [])
    await page.evaluate('document.documentElement.style.background = "linear-gradient(90deg, #7fb2ff, #333 60%, #fff)"')
    await keepPicture(page, `overlay-${lang}`)
    t.same(troubles, [])
  }
})

t.test('oEmbed’s XML is well formed, whatever a title says', { skip }, async t => {
  const { house } = stall!
  const { slug } = await stall!.link({ title: hostile })
  const { page } = await openPage(t, browser!)
  await page.goto(`${house.url}/l/${slug}/poster`)
  const read = await page.evaluate(`fetch('/oembed?format=xml&url=' + encodeURIComponent('${house.url}/l/${slug}')).then(answer => answer.text()).then(text => {
    const xml = new DOMParser().parseFromString(text, 'text/xml')
    return { fault: xml.querySelector('parsererror')?.textContent ?? null, title: xml.querySelector('title')?.textContent, html: xml.querySelector('html')?.textContent }
  })`) as Record<string, string | null>
  t.equal(read.fault, null)
  t.equal(read.title, hostile)
  t.match(read.html, /^<iframe src="/)
})

/** Serves a page from an origin of its own, with a policy; gives its address. */
async function openHost (t: Test, policy: string, body: string): Promise<string> {
  const server = createServer((_, response) => response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy })
    .end(`<!doctype html><html lang="en"><head><title>A blog</title><link rel="icon" href="data:,"></head><body>${body}</body></html>`))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

/** Every name that scripts of a page could use. */
async function namesOf (page: Page): Promise<string[]> {
  return await page.evaluate('Object.getOwnPropertyNames(window)') as string[]
}

async function heightOf (frame: ReturnType<Page['locator']>): Promise<number> {
  return Number(await frame.getAttribute('height'))
}

async function contentHeight (page: Page, title: string): Promise<number> {
  return await page.frameLocator(`iframe[title="${title}"]`).locator('html').evaluate(root => Math.ceil((root as unknown as { getBoundingClientRect (): { height: number } }).getBoundingClientRect().height))
}

/** Keeps what is printed where somebody wants to look at it. */
async function keepPaper (pdf: Buffer, name: string): Promise<void> {
  const folder = process.env.KAHUB_TEST_PICTURES
  if (folder !== undefined) await writeFile(join(folder, `${name}.pdf`), pdf)
}

/** The squares of a picture of a QR code, row by row. */
async function readSquares ({ address, count, margin }: { address: string, count: number, margin: number }): Promise<string> {
  const { Image, document } = globalThis as unknown as { Image: new () => any, document: any }
  const image = new Image()
  image.src = address
  await image.decode()
  const side = 1024
  const canvas = Object.assign(document.createElement('canvas'), { width: side, height: side })
  const context = canvas.getContext('2d')
  context.drawImage(image, 0, 0, side, side)
  const each = side / (count + 2 * margin)
  let squares = ''
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      const [red] = context.getImageData(Math.floor((column + margin + 0.5) * each), Math.floor((row + margin + 0.5) * each), 1, 1).data
      squares += red < 128 ? '#' : '.'
    }
  }
  return squares
}
