"""Configuration of the site "Getting ESXi-Arm onto the Pi".

Run Sphinx from the folder of this file: sphinx-build -c . docs build/html
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

sys.path.append(str(Path(__file__).parent / "ext" / "site"))

# -- Read the Docs -------------------------------------------------------------
# https://docs.readthedocs.com/platform/stable/reference/environment-variables.html
# Elsewhere these variables are not set; pages then have no canonical URL and no edit link.

canonical_url = os.environ.get("READTHEDOCS_CANONICAL_URL", "")
version_name = os.environ.get("READTHEDOCS_VERSION_NAME", "")
version_type = os.environ.get("READTHEDOCS_VERSION_TYPE", "")
# Furo's edit links need the URL that a browser opens, for all forms of clone URLs.
repository = re.sub(
    r"^(?:\w+://)?(?:[^@/]+@)?([^:/]+)[:/](.+?)(?:\.git)?/?$",
    r"https://\1/\2",
    os.environ.get("READTHEDOCS_GIT_CLONE_URL", ""),
)

# -- Project -------------------------------------------------------------------

project = "Getting ESXi-Arm onto the Pi"
author = "sphinx-thread-cards contributors"
project_copyright = f"2026, {author}"
# A pull request has only a number as its name.
release = f"pull request {version_name}" if version_type == "external" else version_name
version = release or "draft"  # EPUB requires one
language = "en"

extensions = [
    "myst_parser",
    "sphinx_design",
    "sphinx_thread_cards",
    "sphinx_copybutton",
    "sphinx_last_updated_by_git",
    "sphinx_reredirects",
    "sphinxext.opengraph",
    "notfound.extension",
    # ext/site
    "site_book",
    "site_reference",
]
templates_path = ["docs/_templates"]
exclude_patterns = ["_drawings", "_latex", "_static", "_templates", "_threads"]
myst_enable_extensions = [
    "attrs_block",
    "attrs_inline",
    "colon_fence",
    "deflist",
    "fieldlist",
    "gfm_autolink",
    "substitution",
]
myst_heading_anchors = 3
myst_footnote_transition = False

# Servers of the invented threads in docs/_threads.
thread_cards_hosts = {
    "forum.example": "discourse",
    "lemmy.example": "lemmy",
    "lists.example": "public-inbox",
}

# Reserved names (RFC 2606) have no servers.
linkcheck_ignore = [r"https?://([^/]+\.)?example(/|$)"]
# A tarball or a shallow clone has no dates, and a new page neither.
suppress_warnings = ["git", "epub.unknown_project_files"]
git_untracked_show_sourcelink = True
git_last_updated_timezone = "UTC"

# -- HTML ----------------------------------------------------------------------

html_theme = "furo"
html_title = project
html_baseurl = canonical_url
html_static_path = ["docs/_static"]
html_css_files = ["site.css"]
html_favicon = "docs/_static/favicon.svg"
html_scaled_image_link = False
html_last_updated_fmt = today_fmt = "%-d %B %Y"
html_theme_options = {
    "light_logo": "logo-light.svg",
    "dark_logo": "logo-dark.svg",
    "light_css_variables": {
        "color-brand-primary": "#0b6070",
        "color-brand-content": "#0b6070",
        "color-brand-visited": "#5d4a86",
    },
    "dark_css_variables": {
        "color-brand-primary": "#74cfdd",
        "color-brand-content": "#74cfdd",
        "color-brand-visited": "#c3aef0",
    },
}
if version_type == "branch":  # tags and pull requests cannot be edited
    html_theme_options |= {
        "source_repository": repository,
        "source_branch": os.environ.get("READTHEDOCS_GIT_IDENTIFIER", ""),
        "source_directory": "docs/",
    }

# Old URLs of pages that were renamed or merged.
redirects = {
    "cards/accessibility": "languages.html#accessibility",
    "cards/accessible-themes": "languages.html#accessibility",
    "cards/api": "reference.html#python",
    "cards/builders": "print.html",
    "cards/check": "checking.html",
    "cards/cite": "writing.html#cards-citations",
    "cards/commands": "reference.html#reference-commands",
    "cards/explanation": "../contributing/decisions/index.html",
    "cards/fetch": "saving.html",
    "cards/gallery-themes": "gallery.html#themes",
    "cards/keep": "saving.html#show-a-saved-thread",
    "cards/kitchen-sink": "gallery.html",
    "cards/options": "reference.html#card-options",
    "cards/privacy": "checking.html#privacy-and-copyright",
    "cards/restructuredtext": "writing.html",
    "cards/saved-pages": "saving.html#saved-pages",
    "cards/self-hosted": "saving.html#private-servers",
    "cards/settings": "reference.html#cards-configuration",
    "cards/troubleshoot": "reference.html#cards-warnings",
    "cards/turn-off": "writing.html#cards-plain-links",
    "cards/tutorial": "index.html#cards-tutorial",
    "cards/warnings": "reference.html#cards-warnings",
    "cards/weight": "index.html#how-it-compares",
    "cards/withdraw": "checking.html#cards-withdrawing",
    "contributing/decisions/0007-fetching-is-steps": "0007-sources-are-generators.html",
    "contributing/decisions/0008-what-is-kept-is-not-lost": "0008-a-fetch-never-loses-posts.html",
    "contributing/decisions/0009-marks-of-kinds-in-the-style-sheet": "0009-icons-of-kinds.html",
    "contributing/decisions/0010-a-mark-for-each-platform": "0010-an-icon-for-each-platform.html",
    "contributing/decisions/0011-codes-by-latex": "0011-qr-codes-by-latex.html",
    "hosting/epub": "../cards/hosting.html#other-hosts",
    "hosting/html": "../cards/hosting.html#other-hosts",
    "hosting/index": "../cards/hosting.html",
    "hosting/pdf": "../cards/hosting.html#other-hosts",
    "hosting/readthedocs": "../cards/hosting.html#this-site-on-read-the-docs",
}
redirect_html_template_file = "_templates/redirect.html"

ogp_site_url = html_baseurl
ogp_image = "_static/open-graph.png"
ogp_image_alt = "Getting ESXi-Arm onto the Pi: a small computer board with three layers above it"
ogp_social_cards = {"enable": False}  # would draw an image for each page

copybutton_prompt_text = "$ "

# Servers show the 404 page at any depth, so its links begin at the root of the site.
notfound_urls_prefix = urlsplit(html_baseurl).path or "/"
notfound_context = {
    "title": "Page not found",
    "body": "<h1>Page not found</h1>\n"
    "<p>The URL may be mistyped, or the page may have moved. "
    "Use the list of pages or the search box in the sidebar; "
    "on a small screen, the button at the top left opens it.</p>",
}

# -- PDF and EPUB --------------------------------------------------------------

# Pages that only the web site has.
site_book_exclude = [
    "cards/gallery*",
    "cards/platforms*",
    "contributing/decisions/*",
    "contributing/internals*",
]
book = "getting-esxi-arm-onto-the-pi"

latex_engine = "lualatex"
latex_documents = [("index", f"{book}.tex", project, author, "manual")]
# The captioned toctrees of the home page become parts.
latex_toplevel_sectioning = "part"
latex_additional_files = [
    "docs/_latex/site-blocks.sty",
    "docs/_latex/site-fonts.sty",
    "docs/_latex/site-pages.sty",
]
latex_use_xindy = False  # makeindex comes with every TeX distribution
latex_domain_indices = False
latex_show_pagerefs = True
latex_elements = {
    "papersize": "a4paper",
    "pointsize": "11pt",
    "extraclassoptions": "openany,oneside",
    # With LuaLaTeX, only babel orders right-to-left text correctly. The second line enables
    # the line breaking rules of Chinese and Japanese.
    "polyglossia": "",
    "babel": r"\usepackage[bidi=basic]{babel}\babelprovide[import,onchar=ids]{japanese}",
    "fontpkg": r"\usepackage{site-fonts}",
    "fncychap": "",
    "sphinxsetup": "hmargin=2.9cm,vmargin={2.6cm,2.8cm}",
    "preamble": r"\usepackage{site-pages}\usepackage{site-blocks}",
}

epub_basename = book
epub_description = "How a hypervisor came to a single-board computer"
epub_contributor = author
# EPUBCheck requires the same identifier in both.
epub_uid = epub_identifier = "uuid-c31384a7-acd6-4c2f-9bb3-e830a80b21cb"
epub_scheme = "UUID"
epub_cover = ("_static/cover.png", "epub-cover.html")
epub_tocscope = "includehidden"
epub_tocdup = False
epub_css_files = ["book.css"]
epub_show_urls = "no"
epub_exclude_files = [
    "epub-cover.xhtml",  # added by the builder itself
    "_static/favicon.svg",
    "_static/logo-dark.svg",
    "_static/logo-light.svg",
    "_static/open-graph.png",
    "_static/site.css",
]
