-- Adds the characters behind each colour emoji to the PDF, as /ActualText
-- (PDF 32000-1, 14.9.4). Loaded by site-fonts.sty.

local direct = node.direct
local glyph_id, whatsit_id, kern_id = node.id("glyph"), node.id("whatsit"), node.id("kern")
local literal = node.subtype("pdf_literal")
local page_mode, protected, em_dash = 1, 256, 0x2014

-- True if the backend draws this character as a picture.
local function is_picture(font_id, char)
  local data = font.getfont(font_id)
  local character = data and data.characters and data.characters[char]
  for _, command in ipairs(character and character.commands or {}) do
    if command[1] == "image" then return true end
  end
  return false
end

local function utf16_hex(text)
  local hex = { "FEFF" }
  for _, code in utf8.codes(text) do
    if code < 0x10000 then
      hex[#hex + 1] = ("%04X"):format(code)
    else
      code = code - 0x10000
      hex[#hex + 1] = ("%04X%04X"):format(0xD800 + (code >> 10), 0xDC00 + (code & 0x3FF))
    end
  end
  return table.concat(hex)
end

local function pdf_literal(data)
  local new = direct.new(whatsit_id, literal)
  direct.setfield(new, "mode", page_mode)
  direct.setfield(new, "data", data)
  return new
end

-- A font that is always there, for each size of emoji.
local blank_fonts = setmetatable({}, { __index = function(fonts, size)
  local defined = luaotfload.define_font("file:lmroman10-regular.otf", size)
  fonts[size] = type(defined) == "table" and font.define(defined) or defined
  return fonts[size]
end })

-- Readers give the text of a span only if something is written in it, and take its place
-- from that: an invisible dash (text rendering mode 3) of about the width, then back.
local function add_span(head, glyph, text)
  local blank, back = direct.new(glyph_id, protected), direct.new(kern_id, 1)
  local size = font.getfont(direct.getfont(glyph)).size
  direct.setfont(blank, blank_fonts[size], em_dash)
  direct.setkern(back, -direct.getwidth(blank))
  local span = pdf_literal("/Span<</ActualText<" .. utf16_hex(text) .. ">>>BDC 3 Tr")
  for _, new in ipairs { span, blank, back, pdf_literal("0 Tr EMC") } do
    head = direct.insert_before(head, glyph, new)
  end
  return head
end

local function add_text(head)
  for glyph, char, font_id in direct.traverse_glyph(head) do
    local properties = direct.getproperty(glyph)
    local text = properties and rawget(properties, "glyph_info")
    -- A list can pass here twice: in its own box, and in the line that holds the box.
    if text and text ~= "" and not rawget(properties, "site_emoji")
        and is_picture(font_id, char) then
      properties.site_emoji = true
      head = add_span(head, glyph, text)
    end
  end
  return head
end

luatexbase.add_to_callback("hpack_filter", function(head)
  return direct.tonode(add_text(direct.todirect(head)))
end, "site.emoji_in_box")

luatexbase.add_to_callback("post_linebreak_filter", function(head)
  for line in direct.traverse_id(node.id("hlist"), direct.todirect(head)) do
    direct.setlist(line, add_text(direct.getlist(line)))
  end
  return head
end, "site.emoji_in_paragraph")
