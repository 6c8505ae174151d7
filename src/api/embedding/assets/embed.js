// Puts a button to buy in the place of its own script tag:
//   <script src="https://…/embed.js" data-link="slug" data-lang="zh-CN" data-theme="auto" async></script>
// It leaves no name behind, writes no HTML and no style attribute, and needs of a page's policy script-src and frame-src of this host.
{
  const heightAtFirst = 132
  const heightMax = 1_000
  const { src = '', dataset = {} } = document.currentScript ?? {}
  const { link = '', lang, theme, title } = dataset
  if (/^[a-z0-9-]{3,40}$/i.test(link)) {
    const { origin } = new URL(src)
    const address = new URL(`/embed/${link}`, origin)
    if (lang) address.searchParams.set('lang', lang)
    if (theme) address.searchParams.set('theme', theme)
    const frame = document.createElement('iframe')
    frame.title = title || (lang === 'en' ? 'Buy' : '购买')
    frame.width = '100%'
    frame.height = String(heightAtFirst)
    frame.referrerPolicy = 'no-referrer'
    // The CSSOM is not an inline style to a policy; a style attribute in HTML would be.
    Object.assign(frame.style, { border: '0', display: 'block', maxWidth: '30rem', colorScheme: 'normal' })
    window.addEventListener('message', function resize ({ source, origin: from, data }) {
      if (!frame.isConnected) return window.removeEventListener('message', resize)
      if (source !== frame.contentWindow || from !== origin) return
      const { kahub, height } = Object(data)
      if (kahub === 'size' && Number.isInteger(height) && height > 0) frame.height = String(Math.min(height, heightMax))
    })
    frame.src = address.href
    document.currentScript.after(frame)
  } else console.warn('kahub: data-link has to be the slug of a purchase link.')
}
