// The machine's own browser, for the tests that look at pages. Where there is none they are left out.
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
import type { Test } from 'tap'

const path = process.env.KAHUB_TEST_CHROMIUM ?? '/usr/bin/chromium'

/** A reason to leave a test out, or false. */
export const withoutBrowser: string | false = existsSync(path) ? false : 'there is no Chromium here'

/** The screens that pages are looked at on. */
export const screens = {
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
  desktop: { viewport: { width: 1280, height: 860 } }
} as const
export type Screen = keyof typeof screens

/** Opens the browser; it is closed when the test ends. */
export async function openBrowser (t: Test): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox'] })
  t.teardown(() => browser.close())
  return browser
}

export interface Opened {
  readonly page: Page
  readonly context: BrowserContext
  /** What the console said, what scripts threw, and what opened a dialog. */
  readonly troubles: readonly string[]
}

/** Opens a page of its own, without cookies of others; it is closed when the test ends. */
export async function openPage (t: Test, browser: Browser, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext(options)
  t.teardown(() => context.close())
  const page = await context.newPage()
  const troubles: string[] = []
  page.on('console', message => { if (['error', 'warning'].includes(message.type())) troubles.push(message.text()) })
  page.on('pageerror', error => troubles.push(error.message))
  page.on('dialog', dialog => {
    troubles.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  return { page, context, troubles }
}

/** Pixels by which a page is wider than its screen. */
export async function tooWide (page: Page): Promise<number> {
  return await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
}

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** What the rules of accessibility (axe-core: WCAG 2 A and AA, and best practices) find wrong with a page: the rule, and where. */
export async function accessibilityFaults (page: Page): Promise<readonly string[]> {
  // What is still fading in has no colour of its own yet.
  await page.evaluate(() => Promise.all(document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().iterations !== Infinity)
    .map(({ finished }) => finished.catch(() => {}))))
  // Its text is run by the debugger, which no policy of the page forbids.
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(readFileSync(axe, 'utf8'))
  return await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: { run: () => Promise<Found> } }).axe.run()
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => String(target)).join(', ')}`)
  })
}

interface Found { readonly violations: readonly { readonly id: string, readonly nodes: readonly { readonly target: unknown }[] }[] }

/** Keeps a picture of the page when KAHUB_TEST_PICTURES names a folder, for somebody to look at. */
export async function keepPicture (page: Page, name: string): Promise<void> {
  const folder = process.env.KAHUB_TEST_PICTURES
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}
