// The blocks of code in documents, and what their fences say: the language, `file=NAME` for what is to be saved under a name, and
// `background` for what goes on running. Blocks of `text` and `console` are to be read: transcripts and forms.

export interface Block {
  readonly language: string
  readonly file: string | undefined
  readonly background: boolean
  readonly text: string
  /** The line it begins at, for messages. */
  readonly line: number
}

/** All fenced blocks of a document, indented ones as they read without it. */
export function blocksOf (markdown: string): Block[] {
  return [...markdown.matchAll(/^( *)```([^\n]*)\n(.*?)^\1```$/gms)].map(({ 1: indent, 2: info, 3: body, index }) => {
    const [language = '', ...words] = info!.trim().split(/\s+/)
    return {
      language,
      file: words.find(word => word.startsWith('file='))?.slice('file='.length),
      background: words.includes('background'),
      text: body!.split('\n').map(line => line.startsWith(indent!) ? line.slice(indent!.length) : line).join('\n').replace(/\n$/, ''),
      line: markdown.slice(0, index).split('\n').length
    }
  })
}

/** The texts of the blocks in one language. */
export function textsIn (markdown: string, language: string): string[] {
  return blocksOf(markdown).filter(block => block.language === language).map(({ text }) => text)
}
