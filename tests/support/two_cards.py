"""A page with two cards of which much is known."""

from __future__ import annotations

OTHER = """# Other

```{thread} https://threadreaderapp.com/thread/1313512835843055618.html
:title: "100% of {it} & _that_ #1"
:author: Jo Example
:handle: jo_example
```

```{thread} https://github.com/pftf/RPi4/issues/57
:title: A lamp
:date: 2020-05
:name: lamp
```
"""
