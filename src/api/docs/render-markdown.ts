// Markdown of this repository as HTML. Raw HTML in it is shown as text and only links of known kinds are links, so that what
// a document says cannot become markup it did not mean.
import highlight from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import go from 'highlight.js/lib/languages/go'
import graphql from 'highlight.js/lib/languages/graphql'
import java from 'highlight.js/lib/languages/java'
import javascript from 'highlight.js/lib/languages/javascript'
import json from 'highlight.js/lib/languages/json'
import php from 'highlight.js/lib/languages/php'
import python from 'highlight.js/lib/languages/python'
import shell from 'highlight.js/lib/languages/shell'
import typescript from 'highlight.js/lib/languages/typescript'
import yaml from 'highlight.js/lib/languages/yaml'
import { Marked, type Tokens } from 'marked'
import { escapeHtml } from '../pages/escape-html.ts'

export interface Heading { readonly id: string, readonly text: string, readonly depth: number }

export interface RenderedText {
  /** The text of its first heading, without markup. */
  readonly title: string
  /** Its first paragraph, without markup. */
  readonly lead: string
  readonly headings: readonly Heading[]
  readonly html: string
}

/** What a page says around its text, in its language. */
export interface RenderWords { readonly copy: string, readonly anchor: string, readonly background: string }

/** Renders a document; `linkTo` says where a link of it leads on the site. */
export function renderMarkdown (markdown: string, words: RenderWords, linkTo: (href: string) => string): RenderedText {
  const headings: Heading[] = []
  const ids = idsOf()
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading ({ tokens, depth }) {
        const inner = this.parser.parseInline(tokens)
        const text = textOf(tokens)
        const id = ids(text)
        headings.push({ id, text, depth })
        if (depth === 1) return `<h1 id="${id}">${inner}</h1>\n`
        const anchor = `<a class="anchor" href="#${id}" aria-label="${words.anchor}: ${escapeHtml(text)}">#</a>`
        return `<h${depth} id="${id}">${inner} ${anchor}</h${depth}>\n`
      },
      link ({ href, tokens }) {
        const target = linkTo(href)
        const away = /^https?:/.test(target) ? ' rel="noopener noreferrer"' : ''
        return `<a href="${escapeHtml(target)}"${away}>${this.parser.parseInline(tokens)}</a>`
      },
      code ({ text, lang }) { return renderCode(text, lang ?? '', words) },
      table (token) { return renderTable(token, tokens => this.parser.parseInline(tokens)) },
      html ({ text }) { return escapeHtml(text) },
      image ({ text }) { return escapeHtml(text) }
    }
  })
  const tokens = marked.lexer(markdown)
  const html = marked.parser(tokens)
  const paragraph = tokens.find(({ type }) => type === 'paragraph') as Tokens.Paragraph | undefined
  return { title: headings.find(({ depth }) => depth === 1)?.text ?? '', lead: paragraph ? textOf(paragraph.tokens) : '', headings, html }
}

/** A file's text as highlighted code. */
export function renderCode (text: string, info: string, words: RenderWords): string {
  const [language = '', ...more] = info.split(/\s+/)
  const { file, background } = readFence(more)
  const label = file ?? (background ? words.background : labels[language])
  const caption = label === undefined ? '' : `<figcaption>${escapeHtml(label)}</figcaption>`
  // Scrolls by keyboard too, so it can be reached by it.
  const code = `<pre tabindex="0"><code class="hljs language-${escapeHtml(language || 'text')}">${highlighted(text, language)}</code></pre>`
  return `<figure class="code">${caption}<button class="copy" type="button" hidden>${words.copy}</button>${code}</figure>\n`
}

const languages = { bash, go, graphql, java, javascript, json, php, python, shell, typescript, yaml }

const grammarOf: Readonly<Record<string, keyof typeof languages>> = {
  sh: 'bash',
  console: 'shell',
  js: 'javascript',
  ts: 'typescript',
  mjs: 'javascript',
  py: 'python',
  yml: 'yaml',
  ...Object.fromEntries(Object.keys(languages).map(name => [name, name]))
}

const labels: Readonly<Record<string, string>> = {
  sh: 'Shell',
  js: 'JavaScript',
  ts: 'TypeScript',
  python: 'Python',
  php: 'PHP',
  java: 'Java',
  go: 'Go',
  json: 'JSON',
  graphql: 'GraphQL',
  yaml: 'YAML'
}

/** What a fence says behind its language: a name under which its text is to be saved, or that it goes on running. */
function readFence (words: readonly string[]): { file: string | undefined, background: boolean } {
  return { file: words.find(word => word.startsWith('file='))?.slice('file='.length), background: words.includes('background') }
}

function highlighted (text: string, language: string): string {
  const grammar = grammarOf[language]
  if (grammar === undefined) return escapeHtml(text)
  if (highlight.getLanguage(grammar) === undefined) highlight.registerLanguage(grammar, languages[grammar])
  return highlight.highlight(text, { language: grammar }).value
}

function renderTable ({ header, rows, align }: Tokens.Table, inline: (tokens: Tokens.Generic[]) => string): string {
  const cell = (tag: 'th' | 'td') => (of: Tokens.TableCell, index: number) => {
    const side = align[index] ? ` class="${align[index]}"` : ''
    return tag === 'th' && of.text !== '' ? `<th scope="col"${side}>${inline(of.tokens)}</th>` : `<td${side}>${inline(of.tokens)}</td>`
  }
  const headed = header.some(({ text }) => text !== '')
  const head = headed ? `<thead><tr>${header.map(cell('th')).join('')}</tr></thead>` : ''
  const body = rows.map(row => `<tr>${row.map(cell('td')).join('')}</tr>`).join('')
  return `<div class="table" tabindex="0"><table>${head}<tbody>${body}</tbody></table></div>\n`
}

/** Tokens that are words themselves, and hold no others. */
const saying = ['escape', 'text', 'codespan']

/** The words of a text without its markup. */
function textOf (tokens: readonly Tokens.Generic[]): string {
  return tokens.map(token => token.tokens ? textOf(token.tokens) : saying.includes(token.type) ? String(token.text) : '').join('')
}

/** Ids of headings, as GitHub makes them: links work there and here. */
function idsOf (): (text: string) => string {
  const taken = new Set<string>()
  return text => {
    const base = text.toLowerCase().trim().replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '').replaceAll(' ', '-')
    let id = base
    for (let again = 1; taken.has(id); again++) id = `${base}-${again}`
    taken.add(id)
    return id
  }
}
