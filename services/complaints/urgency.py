"""Words of a report that ask a person to look at once (C-COMP-18).

A flag for a person and nothing more: negation isn't parsed ("no gun" raises "weapon"), an
operator's question counts like the caller's answer, only English and Spanish are known, and a
report may say it in none of these words. So a report without a flag has not been found harmless,
and nothing is decided here: a missed word leaves the report to be read in its turn, a needless flag
costs a minute.
"""

from __future__ import annotations

import re
from typing import Final
from unicodedata import combining, normalize

from services.complaints.words import Trigger

_WHOM = r"(?:me|him|her|them|us|my|his|their|a|the|another|someone|somebody)"

# Written without accents and in lower case, as the text is made before it is searched.
_WORDS: Final[dict[Trigger, str]] = {
    Trigger.CRIMINAL: r"""
        crimes? criminal(?:ly)? illegal(?:ly)? felony stole stolen steal(?:s|ing)? theft robbed
        robbery assault(?:s|ed|ing)? brib(?:e|es|ed|ery|ing) blackmail(?:s|ed|ing)?
        extort(?:s|ed|ion|ing)? drugs? drunk planted~evidence stalk(?:s|ed|ing)?
        kidnap(?:s|ped|ping)? delitos? crimen crimenes criminal(?:es)? ilegal(?:es|mente)? robo
        robaron roban agresion(?:es)? agredio agredieron soborno(?:s)? chantaje extorsion
        drogas? borracho acoso secuestr(?:o|aron)
    """,
    Trigger.SEXUAL: r"""
        sex sexual(?:ly)? sext(?:s|ed|ing)? rape(?:s|d)? raping molest(?:s|ed|ing|ation)?
        grop(?:e|es|ed|ing) fondl(?:e|es|ed|ing) touched touching kiss(?:ed|es|ing)? grooming
        nudes? naked undress(?:ed)? strip[~-]search(?:ed)? private~parts?
        (?:my|her|his)~(?:breasts?|chest|butt|thighs?|bra) sexo sexual(?:es|mente)? violo
        violaron violada violado violacion manose(?:o|aron|aba|ado|ada) toco tocaron tocaba
        tocando beso besaron desnud[oa]s? partes~(?:intimas|privadas) acoso~sexual
    """,
    Trigger.ABUSE: rf"""
        abus(?:e|es|ed|er|ing|ive) hit(?:s|ting)?~{_WHOM} punch(?:ed|es|ing)?
        slap(?:s|ped|ping)? kick(?:ed|s|ing)?~{_WHOM} chok(?:e|es|ed|ing|ehold)
        strangl(?:e|es|ed|ing) slam(?:s|med|ming)? tackl(?:e|es|ed|ing) shov(?:e|es|ed|ing)
        push(?:ed|es|ing)?~{_WHOM} drag(?:s|ged|ging)?~{_WHOM} beat(?:s|ing)?~{_WHOM} beaten
        beat~up grabb(?:ed|ing) threw~{_WHOM} knee~on excessive~force can(?:no|')?t~breathe
        pepper[~-]?spray(?:ed)? tased abus(?:o|os|a|an|aron|aba|ivo|iva)
        maltrat(?:o|os|a|an|aron|ado|ada|aba) golpe(?:o|a|aron|ado|ada|aba|s)? pego pegaron
        pegaba pateo patearon empuj(?:o|on|aron|aba) estrangul(?:o|aron) ahorc(?:o|aron|aba)
        asfixi(?:o|aba) cacheta(?:da|zo) bofetada arrastr(?:o|aron) agarr(?:o|aron) jaloneo
        fuerza~excesiva no~pued[eo]~respirar no~podia~respirar
    """,
    Trigger.WEAPON: r"""
        weapons? guns? gunpoint firearms? pistols? rifles? shotguns? handguns? knife knives
        machete bombs? bullets? shoot(?:s|ing)? shot tasers? tased batons? holster
        pepper[~-]?spray(?:ed)? armas? pistolas? revolver escopetas? fusil cuchillos? navajas?
        bombas? balas? balazos? disparos? disparo dispararon apunto~con macana gas~pimienta
    """,
    Trigger.DANGER: r"""
        danger(?:ous)? emergency suicid(?:e|al) kill(?:s|ed|ing)? die dying
        threat(?:s|en|ens|ened|ening)? not~safe unsafe
        (?:hurt|harm|cut)(?:ing|ting)?~(?:myself|himself|herself|themselves)
        going~to~(?:hurt|shoot|get)~{whom} help~me follow(?:s|ed|ing)~(?:me|her|him)~home
        peligro(?:so|sa)? emergencia suicid(?:io|a|arse|arme) matar(?:me|lo|la|se|nos)? mato
        mataron me~quiero~morir amenaz(?:a|as|o|aron|aba|ado|ada|ando) auxilio ayudenme ayudame
        no~es~seguro
    """.replace("{whom}", _WHOM),
    Trigger.RETALIATION: r"""
        retaliat(?:e|es|ed|ing|ion|ory) revenge payback get~back~at getting~back~at got~back~at
        (?:because|after|since)~(?:i|we|he|she|they)~(?:complained|reported|told|filed|spoke~up)
        for~(?:complaining|reporting|telling)
        if~(?:i|we|he|she|you|they)~(?:tell|tells|report|complain)
        (?:not~to|don't|never)~tell~(?:anyone|anybody|my|your)
        keep~(?:quiet|my~mouth~shut|your~mouth~shut) represalias? venganza vengar(?:se|me)?
        por~(?:quejar|denunciar|reportar)(?:me|se|lo|nos)?
        si~(?:digo|dices|cuento|hablo)~(?:algo|a~alguien) no~(?:dijera|diga|digas)~nada
        (?:porque|despues~de~que)~(?:me~queje|lo~reporte|lo~denuncie|se~quejo)
    """,
    Trigger.INJURY: r"""
        hurt(?:s|ing)? injur(?:y|ies|ed|ing) bleed(?:s|ing)? bled blood(?:y|ied)?
        bruis(?:e|es|ed|ing) concussions? fractur(?:e|es|ed)
        broken~(?:arm|wrist|nose|finger|hand|leg|bone|rib|tooth|jaw)
        broke~(?:my|his|her)~(?:arm|wrist|nose|finger|hand|leg|rib|tooth|jaw) hospital ambulance
        unconscious passed~out black~eye swollen stitches wound(?:s|ed)? emergency~room
        herid[oa]s? lesion(?:es|o|ado|ada)? sangr(?:e|o|a|ando|aba) moret(?:on|ones) conmocion
        fractur(?:as?|o|ado|ada) hospital ambulancia inconsciente desmay(?:o|ado|ada)
        lastim(?:o|aron|ado|ada|aba|aduras?) hinchad[oa]s? puntadas ojo~morado
        (?:le|me)~(?:duele|dolia)
    """,
}
_PATTERNS: Final = {
    trigger: re.compile(rf"(?<!\w)(?:{'|'.join(words.split()).replace('~', ' ')})(?!\w)")
    for trigger, words in _WORDS.items()
}


def urgent_triggers(text: str) -> tuple[Trigger, ...]:
    """Return the triggers whose English or Spanish words stand in the text, each once, in order."""
    plain = _plain(text)
    return tuple(trigger for trigger, pattern in _PATTERNS.items() if pattern.search(plain))


def _plain(text: str) -> str:
    """Return the text in lower case, without accents or curled apostrophes, evenly spaced."""
    letters = (c for c in normalize("NFKD", text.lower()) if not combining(c))
    return " ".join("".join(letters).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())
