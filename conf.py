"""Settings of the site "Getting ESXi-Arm onto the Pi".

The sources are in docs/, so Sphinx runs as `sphinx-build -c . docs build/html`.
Paths below are relative to this file, except exclude_patterns, which is
relative to docs/.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

# Where the extensions are that only this site needs.
sys.path.append(str(Path(__file__).parent / "ext"))

# -- Where this build will be served -------------------------------------------
# Read the Docs sets these variables. Elsewhere they are unset, and the pages then
# hold no canonical address and no edit link, which is better than a wrong one.
# https://docs.readthedocs.com/platform/stable/reference/environment-variables.html

VERSION_NAME = os.environ.get("READTHEDOCS_VERSION_NAME", "")
VERSION_TYPE = os.environ.get("READTHEDOCS_VERSION_TYPE", "")


def web_address(clone_url: str) -> str:
    """Turn the URL a repository was cloned from into the one a browser opens.

    Takes the https, ssh and `git@host:` forms. Returns "" for a host for which
    Furo cannot make an edit link.
    """
    forge = r"(github\.com|gitlab\.com|bitbucket\.org)"
    found = re.fullmatch(rf"(?:\w+://)?(?:[^@/]+@)?{forge}[:/](.+?)(?:\.git)?/?", clone_url)
    return f"https://{found[1]}/{found[2]}" if found else ""


# -- The project ---------------------------------------------------------------

project = "Getting ESXi-Arm onto the Pi"
author = "sphinx-thread-cards contributors"
project_copyright = f"2026, {author}"
# A pull request has only a number for a name.
release = f"pull request {VERSION_NAME}" if VERSION_TYPE == "external" else VERSION_NAME
version = release or "draft"  # An EPUB must have one.
language = "en"

extensions = [
    "myst_parser",
    "sphinx_design",
    "sphinx_thread_cards",
    "sphinx_copybutton",
    "sphinxext.opengraph",
    "notfound.extension",
    "sphinx_last_updated_by_git",
    "site_access",
    "site_book",
    "site_pictures",
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
# Headings down to this level can be linked to as [words](#the-heading).
myst_heading_anchors = 3

# Servers of the invented threads in docs/_threads that cannot be told by their addresses.
thread_cards_hosts = {
    "forum.example": "discourse",
    "lemmy.example": "lemmy",
    "lists.example": "public-inbox",
}
# Nobody answers at a reserved name (RFC 2606).
linkcheck_ignore = [r"https?://([^/]+\.)?example(/|$)"]

# The dates come from git. A tarball, a shallow clone or a new page has none; that
# is no reason to fail a build in which warnings are errors. Nor are files that Sphinx
# itself keeps in the folder of the EPUB, and leaves out of it.
suppress_warnings = ["epub.unknown_project_files", "git"]
git_untracked_show_sourcelink = True
git_last_updated_timezone = "UTC"

# -- HTML ----------------------------------------------------------------------

html_theme = "furo"
html_title = project
html_baseurl = os.environ.get("READTHEDOCS_CANONICAL_URL", "")
html_static_path = ["docs/_static"]
html_css_files = ["site.css"]
# A picture whose size is given is no link to itself.
html_scaled_image_link = False
html_favicon = "docs/_static/favicon.svg"
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
# Only a branch can be edited; a tag or a pull request cannot.
if VERSION_TYPE == "branch":
    html_theme_options |= {
        "source_repository": web_address(os.environ.get("READTHEDOCS_GIT_CLONE_URL", "")),
        "source_branch": os.environ.get("READTHEDOCS_GIT_IDENTIFIER", ""),
        "source_directory": "docs/",
    }

ogp_site_url = html_baseurl
ogp_image = "_static/open-graph.png"
ogp_image_alt = "A small computer board in fine lines, with one more layer above it"
# The extension would draw a picture for each page with matplotlib.
ogp_social_cards = {"enable": False}

copybutton_prompt_text = "$ "

# The 404 page is served at any depth, so its links start at the root of the site.
notfound_urls_prefix = urlsplit(html_baseurl).path or "/"

# -- PDF -----------------------------------------------------------------------

BOOK = "getting-esxi-arm-onto-the-pi"  # The name of the PDF and of the EPUB.
latex_engine = "lualatex"
latex_documents = [("index", f"{BOOK}.tex", project, author, "manual")]
latex_additional_files = [
    "docs/_latex/site-blocks.sty",
    "docs/_latex/site-emoji.lua",
    "docs/_latex/site-fonts.sty",
    "docs/_latex/site-pages.sty",
]
# On paper a link is no more than a footnote with its address, or a page number.
latex_show_urls = "footnote"
latex_show_pagerefs = True
latex_elements = {
    "papersize": "a4paper",
    "pointsize": "11pt",
    "extraclassoptions": "openany,oneside",
    # babel, not polyglossia: with LuaLaTeX only babel puts right-to-left words in the
    # right order. Japanese rules tell it where a line of Han or kana may end.
    "polyglossia": "",
    "babel": (
        r"\usepackage[bidi=basic]{babel}"
        r"\babelprovide[import,onchar=ids]{japanese}"
    ),
    "fontpkg": r"\usepackage{site-fonts}",
    "fncychap": "",
    "sphinxsetup": "hmargin=2.9cm,vmargin={2.6cm,2.8cm}",
    "preamble": r"\usepackage{site-pages}\usepackage{site-blocks}",
}

# -- EPUB ----------------------------------------------------------------------

epub_basename = BOOK
epub_description = "How a hypervisor came to a single-board computer"
epub_contributor = author
# One name for both, or EPUBCheck finds that the two lists of contents disagree.
epub_uid = epub_identifier = "uuid-c31384a7-acd6-4c2f-9bb3-e830a80b21cb"
epub_scheme = "UUID"
# For shops and libraries that list books by what their readers need.
site_access_summary = (
    "All of the book can be read as text: pictures have alternative text, and headings, lists, tables and a table of"
    " contents give it its structure. Quoted posts name their language. There is no sound and nothing that flashes."
)
epub_cover = ("_static/cover.png", "epub-cover.html")
# The toctrees of the home page are hidden; without this the book has no contents.
epub_tocscope = "includehidden"
epub_tocdup = False
epub_css_files = ["book.css"]
# Links work in a reader, and the cards show their address in any case.
epub_show_urls = "no"
# Files of the HTML site that the book has no use for. The cover is added anyway; if it is
# found in the folder as well, from the build before, it comes twice.
epub_exclude_files = [
    "epub-cover.xhtml",
    "404.xhtml",
    "_static/favicon.svg",
    "_static/logo-dark.svg",
    "_static/logo-light.svg",
    "_static/open-graph.png",
    "_static/site.css",
]
