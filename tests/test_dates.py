"""French dates in text: a table of hand-written cases, and what holds for every text.

A case is (text, reference, mentions). A mention is "span = days": "=" absolute, "~" relative to the reference, "!" a
weekday that contradicts the date. Days are an ISO date of any precision, "a..b", "a.." or "..b"; "?" is unresolved.
Mentions are separated by " | ".
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from itertools import pairwise

import pytest

from assistant.dates import DateMention, find_dates, format_day_range
from assistant.models import PartialDate

NOTE = "2017-11-20"  # a Monday

ABSOLUTE = [
    ("lundi 20 novembre 2017, pour présenter", None, "lundi 20 novembre 2017 = 2017-11-20"),
    ("Le 20 novembre 2017", NOTE, "20 novembre 2017 = 2017-11-20"),
    ("le 1er mai 2018", None, "1er mai 2018 = 2018-05-01"),
    ("le 1 er mai 2018", None, "1 er mai 2018 = 2018-05-01"),
    ("le premier mai 2018", None, "premier mai 2018 = 2018-05-01"),
    ("le 1\u1d49\u02b3 mai 2018", None, "1\u1d49\u02b3 mai 2018 = 2018-05-01"),
    ("le 06 juillet 2021", None, "06 juillet 2021 = 2021-07-06"),
    ("le 29 février 2020", None, "29 février 2020 = 2020-02-29"),
    ("le 3 mai de l'année 2018", None, "3 mai de l'année 2018 = 2018-05-03"),
    ("20/11/2017", None, "20/11/2017 = 2017-11-20"),
    ("du 1/9/2013.", None, "1/9/2013 = 2013-09-01"),
    ("le 20-11-2017", None, "20-11-2017 = 2017-11-20"),
    ("le 20.11.2017.", None, "20.11.2017 = 2017-11-20"),
    ("07/03/18 ;", None, "07/03/18 = 2018-03-07"),
    ("mardi 17/10/2017", None, "mardi 17/10/2017 = 2017-10-17"),
    ("2017-11-20", None, "2017-11-20 = 2017-11-20"),
    ("au 2017-11-20T14:30:00Z", None, "2017-11-20 = 2017-11-20"),
    ("en novembre 2017", None, "novembre 2017 = 2017-11"),
    ("NOVEMBRE 2017", None, "NOVEMBRE 2017 = 2017-11"),
    ("Décembre 2017", None, "Décembre 2017 = 2017-12"),
    ("decembre 2017, fevrier 2018", None, "decembre 2017 = 2017-12 | fevrier 2018 = 2018-02"),
    ("15 aout 2018", None, "15 aout 2018 = 2018-08-15"),
    ("nov. 2017", None, "nov. 2017 = 2017-11"),
    ("3 janv. 2018", None, "3 janv. 2018 = 2018-01-03"),
    ("le 12 déc. 2017", None, "12 déc. 2017 = 2017-12-12"),
    ("(zdnet.fr, 08/2019)", None, "08/2019 = 2019-08"),
    ("le mois de mars 2018", None, "mars 2018 = 2018-03"),
    ("créée, en 2011, d'une instance", None, "2011 = 2011"),
    ("à Paris en 2024 constitue", None, "2024 = 2024"),
    ("l'année 2018", None, "2018 = 2018"),
    ("Une étude (2016) le montre", None, "2016 = 2016"),
    ("la loi de 1978 sur les fichiers", None, "1978 = 1978"),
    ("la 14e édition du forum 2018 ?", None, "2018 = 2018"),
    ("à l'horizon 2030", None, "2030 = 2030"),
    ("en 2017 et 2018", None, "2017 = 2017 | 2018 = 2018"),
    ("en 2019, 2021 et 2023", None, "2019 = 2019 | 2021 = 2021 | 2023 = 2023"),
    ("## 2018\n\nUne réunion", None, "2018 = 2018"),
    ("l'été 2018", None, "été 2018 = 2018-06-21..2018-09-22"),
    ("Été 2018", None, "Été 2018 = 2018-06-21..2018-09-22"),
    ("l'Université d'été 2018", None, "été 2018 = 2018-06-21..2018-09-22"),
    ("au printemps 2018", None, "printemps 2018 = 2018-03-21..2018-06-20"),
    ("à l'automne de 2018", None, "automne de 2018 = 2018-09-23..2018-12-20"),
    ("l'hiver 2018", None, "hiver 2018 = 2017-12-21..2018-03-20"),
    ("l'hiver 2017-2018", None, "hiver 2017-2018 = 2017-12-21..2018-03-20"),
    ("à la rentrée scolaire 2019", None, "rentrée scolaire 2019 = 2019-09"),
    ("le premier trimestre 2019", None, "premier trimestre 2019 = 2019-01..2019-03"),
    ("au 4e trimestre de 2018", None, "4e trimestre de 2018 = 2018-10..2018-12"),
    ("le 1er semestre 2021", None, "1er semestre 2021 = 2021-01..2021-06"),
    ("second semestre de l'année 2021", None, "second semestre de l'année 2021 = 2021-07..2021-12"),
    ("le dernier trimestre 2018", None, "dernier trimestre 2018 = 2018-10..2018-12"),
    ("T3 2020 ; S2 2022", None, "T3 2020 = 2020-07..2020-09 | S2 2022 = 2022-07..2022-12"),
    ("fin 2020", None, "fin 2020 = 2020-09..2020-12"),
    ("en début d'année 2019", None, "début d'année 2019 = 2019-01..2019-04"),
    ("mi-2021", None, "mi-2021 = 2021-05..2021-08"),
    ("courant octobre 2021", None, "courant octobre 2021 = 2021-10"),
    ("début mars 2018", None, "début mars 2018 = 2018-03-01..2018-03-10"),
    ("mi-mars 2018", None, "mi-mars 2018 = 2018-03-11..2018-03-21"),
    ("à la fin du mois de mars 2018", None, "fin du mois de mars 2018 = 2018-03-22..2018-03-31"),
    ("au début de l'été 2018", None, "début de l'été 2018 = 2018-06-21..2018-07-21"),
    ("Grand Paris des années 2030 ?", None, "années 2030 = 2030..2039"),
    ("dans les années 80", None, "années 80 = 1980..1989"),
    ("au début des années 2000", None, "début des années 2000 = 2000..2002"),
    ("les années 2020 et 2021", None, "2020 = 2020 | 2021 = 2021"),
    ("mardi 17 octobre 2017", None, "mardi 17 octobre 2017 = 2017-10-17"),
    ("lundi 17 octobre 2017", None, "lundi 17 octobre 2017 ! 2017-10-17"),
    ("lundi 17/10/2017", None, "lundi 17/10/2017 ! 2017-10-17"),
]

RANGES = [
    ("les 6 et 7 décembre 2017", None, "6 et 7 décembre 2017 = 2017-12-06..2017-12-07"),
    ("les 12, 13 et 14 mars 2018", None, "12, 13 et 14 mars 2018 = 2018-03-12..2018-03-14"),
    ("les 3 et 10 mai 2018", None, "3 = 2018-05-03 | 10 mai 2018 = 2018-05-10"),
    ("mercredi 6 et jeudi 7 décembre 2017", None, "mercredi 6 et jeudi 7 décembre 2017 = 2017-12-06..2017-12-07"),
    ("lundi 6 et mardi 7 décembre 2017", None, "lundi 6 et mardi 7 décembre 2017 ! 2017-12-06..2017-12-07"),
    ("du 3 au 5 mai 2018", None, "du 3 au 5 mai 2018 = 2018-05-03..2018-05-05"),
    ("du lundi 4 au vendredi 8 décembre 2017", None, "du lundi 4 au vendredi 8 décembre 2017 = 2017-12-04..2017-12-08"),
    ("6-7 décembre 2017", None, "6-7 décembre 2017 = 2017-12-06..2017-12-07"),
    ("les 18-19-20 octobre 2018", None, "18-19-20 octobre 2018 = 2018-10-18..2018-10-20"),
    ("entre le 6 et le 9 décembre 2017", None, "entre le 6 et le 9 décembre 2017 = 2017-12-06..2017-12-09"),
    ("du 28 novembre au 2 décembre 2017", None, "du 28 novembre au 2 décembre 2017 = 2017-11-28..2017-12-02"),
    ("28 novembre – 2 décembre 2017", None, "28 novembre – 2 décembre 2017 = 2017-11-28..2017-12-02"),
    ("du 28 décembre au 3 janvier 2018", None, "du 28 décembre au 3 janvier 2018 = 2017-12-28..2018-01-03"),
    ("du 28 novembre 2017 au 3 janvier", None, "du 28 novembre 2017 au 3 janvier = 2017-11-28..2018-01-03"),
    ("du 20/11/2017 au 22/11/2017", None, "du 20/11/2017 au 22/11/2017 = 2017-11-20..2017-11-22"),
    ("01/07/22-30/06/25", None, "01/07/22-30/06/25 = 2022-07-01..2025-06-30"),
    ("le 30 novembre et le 2 décembre 2017", None, "30 novembre = 2017-11-30 | 2 décembre 2017 = 2017-12-02"),
    ("entre mars et juin 2018", None, "entre mars et juin 2018 = 2018-03..2018-06"),
    ("de mars à juin 2018", None, "de mars à juin 2018 = 2018-03..2018-06"),
    ("d'avril à décembre 2018", None, "d'avril à décembre 2018 = 2018-04..2018-12"),
    ("de novembre 2017 à février 2018", None, "de novembre 2017 à février 2018 = 2017-11..2018-02"),
    ("en mars et avril 2018", None, "mars = 2018-03 | avril 2018 = 2018-04"),
    ("de 2014 à 2020", None, "de 2014 à 2020 = 2014..2020"),
    ("entre 2021 et 2023", None, "entre 2021 et 2023 = 2021..2023"),
    ("le CPER 2014-2020", None, "2014-2020 = 2014..2020"),
    ("(2012 – 2018)", None, "2012 – 2018 = 2012..2018"),
    ("entre fin 2017 et début 2018", None, "entre fin 2017 et début 2018 = 2017-09..2018-04"),
    ("de début mars à fin juin 2018", None, "de début mars à fin juin 2018 = 2018-03-01..2018-06-30"),
    ("les 6 et 7 décembre à Lyon", NOTE, "6 et 7 décembre ~ 2017-12-06..2017-12-07"),
    ("entre le 1er décembre et le 15 février", NOTE, "entre le 1er décembre et le 15 février ~ 2017-12-01..2018-02-15"),
    ("les 28 et 29 novembre prochains.", NOTE, "28 et 29 novembre prochains ~ 2017-11-28..2017-11-29"),
    ("du 3 au 5 mai", NOTE, "du 3 au 5 mai ~ 2018-05-03..2018-05-05"),
    ("du 28 décembre au 3 janvier", NOTE, "du 28 décembre au 3 janvier ~ 2017-12-28..2018-01-03"),
    ("de mars à juin prochains", NOTE, "de mars à juin prochains ~ 2018-03..2018-06"),
    ("le 28 novembre et le 2 décembre prochains", NOTE, "28 novembre ~ 2017-11-28 | 2 décembre prochains ~ 2017-12-02"),
]

RELATIVE = [
    ("mardi 17 octobre dernier en partenariat", NOTE, "mardi 17 octobre dernier ~ 2017-10-17"),
    ("mardi 17 octobre dernier", "2017-10", "mardi 17 octobre dernier ~ 2017-10-17"),
    ("mardi 17 octobre dernier", "2017", "mardi 17 octobre dernier ~ 2017-10-17"),
    ("lundi 16 octobre dernier", "2017", "lundi 16 octobre dernier ~ 2017-10-16"),
    ("lundi 17 octobre dernier", NOTE, "lundi 17 octobre dernier ! 2017-10-17"),
    ("17 octobre dernier", "2017", "17 octobre dernier ~ ?"),
    ("17 octobre dernier", None, "17 octobre dernier ~ ?"),
    ("mardi 17 octobre", NOTE, "mardi 17 octobre ~ 2017-10-17"),
    ("mardi 17 octobre", "2018-02-01", "mardi 17 octobre ~ 2017-10-17"),
    ("lundi 17 octobre", NOTE, "lundi 17 octobre ~ 2016-10-17"),
    ("28 et 29 novembre prochains", "2017", "28 et 29 novembre prochains ~ 2017-11-28..2017-11-29"),
    ("le 15 mars prochain", "2017", "15 mars prochain ~ ?"),
    ("le 15 mars prochain", "2017-11", "15 mars prochain ~ 2018-03-15"),
    ("le 17 octobre dernier", "2017-10-10", "17 octobre dernier ~ 2016-10-17"),
    ("les 6 et 7 décembre", None, "6 et 7 décembre ~ ?"),
    ("les 6 et 7 décembre", "2017-11", "6 et 7 décembre ~ 2017-12-06..2017-12-07"),
    ("les 6 et 7 décembre", "2017", "6 et 7 décembre ~ ?"),
    ("14 juillet", "2018-05-02", "14 juillet ~ 2018-07-14"),
    ("le 4 janvier", "2017-12-20", "4 janvier ~ 2018-01-04"),
    ("le 29 février", "2019-12-20", "29 février ~ 2020-02-29"),
    ("le 20/11 à Lyon", NOTE, "20/11 ~ 2017-11-20"),
    ("la semaine dernière", NOTE, "la semaine dernière ~ 2017-11-13..2017-11-19"),
    ("la semaine dernière", "2017-10", "la semaine dernière ~ ?"),  # five weeks are possible: none is certain
    ("La semaine prochaine", NOTE, "La semaine prochaine ~ 2017-11-27..2017-12-03"),
    ("cette semaine", "2017-11-23", "cette semaine ~ 2017-11-20..2017-11-26"),
    ("le week-end prochain", NOTE, "le week-end prochain ~ 2017-12-02..2017-12-03"),
    ("le mois prochain", NOTE, "le mois prochain ~ 2017-12"),
    ("le mois prochain", "2017-12", "le mois prochain ~ 2018-01"),
    ("le mois dernier", "2017", "le mois dernier ~ ?"),
    ("ce mois-ci", NOTE, "ce mois-ci ~ 2017-11"),
    ("le trimestre dernier", NOTE, "le trimestre dernier ~ 2017-07..2017-09"),
    ("l'an dernier", "2017", "l'an dernier ~ 2016"),
    ("l\u2019année dernière", NOTE, "l\u2019année dernière ~ 2016"),
    ("l'année prochaine", None, "l'année prochaine ~ ?"),
    ("l'an passé", NOTE, "l'an passé ~ 2016"),
    ("cette année", "2017-10", "cette année ~ 2017"),
    ("pour l'année en cours", NOTE, "l'année en cours ~ 2017"),
    ("en novembre prochain", "2017-09-01", "novembre prochain ~ 2017-11"),
    ("en novembre prochain", NOTE, "novembre prochain ~ 2018-11"),
    ("en septembre dernier", "2017-11", "septembre dernier ~ 2017-09"),
    ("en décembre", NOTE, "décembre ~ 2017-12"),
    ("l'édition de décembre", NOTE, "décembre ~ 2017-12"),
    ("les 3 mai et 5 juin", NOTE, "3 mai ~ 2018-05-03 | 5 juin ~ 2018-06-05"),
    ("en mai et juin", NOTE, "mai ~ 2018-05 | juin ~ 2018-06"),
    ("au mois de mars", "2018-02-10", "mars ~ 2018-03"),
    ("mi-juin", "2019-06-12", "mi-juin ~ 2019-06-11..2019-06-20"),
    ("l'été dernier", NOTE, "été dernier ~ 2017-06-21..2017-09-22"),
    ("cet été", "2018-05-02", "cet été ~ 2018-06-21..2018-09-22"),
    ("au printemps prochain", NOTE, "printemps prochain ~ 2018-03-21..2018-06-20"),
    ("à la rentrée prochaine", "2018-05-02", "rentrée prochaine ~ 2018-09"),
    ("au premier trimestre", "2018-02-10", "premier trimestre ~ 2018-01..2018-03"),
    ("Il est venu hier.", NOTE, "hier ~ 2017-11-19"),
    ("avant-hier", NOTE, "avant-hier ~ 2017-11-18"),
    ("hier", "2017-11", "hier ~ ?"),
    ("Quels événements demain ?", NOTE, "demain ~ 2017-11-21"),
    ("après-demain", NOTE, "après-demain ~ 2017-11-22"),
    ("Que se passe-t-il aujourd\u2019hui à Lyon ?", NOTE, "aujourd\u2019hui ~ 2017-11-20"),
    ("Les réseaux se retrouvent demain 21 novembre", NOTE, "demain ~ 2017-11-21 | 21 novembre ~ 2017-11-21"),
    ("ce matin", NOTE, "ce matin ~ 2017-11-20"),
    ("jeudi prochain", NOTE, "jeudi prochain ~ 2017-11-23"),
    ("lundi prochain", NOTE, "lundi prochain ~ 2017-11-27"),
    ("lundi dernier", NOTE, "lundi dernier ~ 2017-11-13"),
    ("ce vendredi", "2017-11-22", "ce vendredi ~ 2017-11-24"),
    ("jeudi prochain", "2017-11", "jeudi prochain ~ ?"),
    ("il y a trois ans", NOTE, "il y a trois ans ~ 2014"),
    ("il y a trois ans", "2017", "il y a trois ans ~ 2014"),
    ("Il y a 2 mois", NOTE, "Il y a 2 mois ~ 2017-09"),
    ("il y a dix jours", NOTE, "il y a dix jours ~ 2017-11-10"),
    ("dans deux mois", NOTE, "dans deux mois ~ 2018-01"),
    ("dans une semaine", NOTE, "dans une semaine ~ 2017-11-27..2017-12-03"),
    ("d'ici deux mois", NOTE, "d'ici deux mois ~ 2017-11-20..2018-01-20"),
    ("ces trois derniers mois", "2018-05-31", "ces trois derniers mois ~ 2018-02-28..2018-05-31"),
    ("les 4 prochaines années", NOTE, "les 4 prochaines années ~ 2017-11-20..2021-11-20"),
    ("en fin d'année", NOTE, "fin d'année ~ 2017-09..2017-12"),
    ("à la fin de l'année dernière", NOTE, "fin de l'année dernière ~ 2016-09..2016-12"),
    ("à la fin du mois", NOTE, "fin du mois ~ 2017-11-21..2017-11-30"),
]

OPEN = [
    ("avant l'été 2018", None, "avant l'été 2018 = ..2018-06-20"),
    ("avant le 3 mai 2018", None, "avant le 3 mai 2018 = ..2018-05-02"),
    ("jusqu'au 7 juin 2020", None, "jusqu'au 7 juin 2020 = ..2020-06-07"),
    ("jusqu\u2019en juin 2021", None, "jusqu\u2019en juin 2021 = ..2021-06-30"),
    ("depuis 2014", NOTE, "depuis 2014 = 2014.."),
    ("Depuis le 11 mai 2020,", None, "Depuis le 11 mai 2020 = 2020-05-11.."),
    ("dès 2014 dans la construction", None, "dès 2014 = 2014.."),
    ("à partir de mars 2018", None, "à partir de mars 2018 = 2018-03.."),
    ("à compter du 1er janvier 2018", None, "à compter du 1er janvier 2018 = 2018-01-01.."),
    ("depuis fin 2016", None, "depuis fin 2016 = 2016-09.."),
    ("après mai 2022", None, "après mai 2022 = 2022-06-01.."),
    ("après le 3 mai", NOTE, "après le 3 mai ~ 2018-05-04.."),
    ("après le 3 mai", None, "après le 3 mai ~ ?"),
    ("d'ici fin 2018", NOTE, "d'ici fin 2018 ~ 2017-11-20..2018-12-31"),
    ("d'ici fin 2018", None, "d'ici fin 2018 ~ ..2018-12-31"),
    ("d'ici le 23 novembre", NOTE, "d'ici le 23 novembre ~ 2017-11-20..2017-11-23"),
    ("d'ici l'été", NOTE, "d'ici l'été ~ 2017-11-20..2018-09-22"),
    ("d'ici fin mars", "2017-11", "d'ici fin mars ~ 2017-11-01..2018-03-31"),
    ("depuis décembre", NOTE, "depuis décembre ~ 2016-12.."),
    ("d'ici la fin de l'année", NOTE, "d'ici la fin de l'année ~ 2017-11-20..2017-12-31"),
    ("jusqu'à la fin 2022", None, "jusqu'à la fin 2022 = ..2022-12-31"),
    ("depuis l'été dernier", NOTE, "depuis l'été dernier ~ 2017-06-21.."),
    ("Quels événements en décembre 2017 ?", NOTE, "décembre 2017 = 2017-12"),
]

TYPOGRAPHY = [
    ("le 20\u00a0novembre\u202f2017", None, "20\u00a0novembre\u202f2017 = 2017-11-20"),
    ("le 20\nnovembre 2017", None, "20\nnovembre 2017 = 2017-11-20"),
    ("le fe\u0301vrier 2018", None, "fe\u0301vrier 2018 = 2018-02"),
    ("avant l\u2019e\u0301te\u0301 2018", None, "avant l\u2019e\u0301te\u0301 2018 = ..2018-06-20"),
    ("de\u0301but anne\u0301e, cet e\u0301te\u0301", NOTE, "cet e\u0301te\u0301 ~ 2017-06-21..2017-09-22"),
    ("de\u0300s 2014", None, "de\u0300s 2014 = 2014.."),
    ("les **6** et **7 décembre** 2017", None, "6** et **7 décembre** 2017 = 2017-12-06..2017-12-07"),
    ("LUNDI 20 NOVEMBRE 2017", None, "LUNDI 20 NOVEMBRE 2017 = 2017-11-20"),
    ("loi n° 2015-991 du 7 août 2015", None, "7 août 2015 = 2015-08-07"),
    ("20 novembre\n\n2017 a vu", NOTE, "20 novembre ~ 2017-11-20"),
]

TRAPS = """
mai et mars | place de Mars | Mars 2 est sortie | avec Avril Martin | pour Avril | le Champ-de-Mars 2018 | mais en mer
2024 communes | 24 communes | article 2011 | n° 2015-991 | la loi n° 2015-2019 | le règlement (UE) 2018/2048 | en 2 017
04 72 10 30 30 | 04.72.10.30.30 | Dijon 3.0 | la version 3.2017 | 14 h 30 | de 9 h à 17 h | 24/7 | les 2/3 | en 2018 000
plus de trois ans | Voilà plus de trois ans | la 4ème année | la 14ème édition | la seconde partie | les 2 et 3
il a été 2018 fois | a été 2018, dit-il | il a été | plus de 2000. | budget de 2000 € | de 2000 euros | total de 2018
le 31/02/2018 | le 31 avril | avant le 31 avril | fin 0 mai | 31 février 2018 | 32 mai 2018 | au XXIe siècle
rue du 4 septembre | place du 8 mai 1945 | d'aujourd'hui
https://exemple.fr/2017-11-20/le-3-mai-2018 | rapport_2017-11-20.pdf | de 2000 à 2010 habitants | des 2014 signataires
elle est aujourd'hui devenue un lieu | les stratégies de demain | au 31 décembre de chaque année | le 16 mai suivant
l'avant-dernière année | la dernière version | ce dernier | la prime de fin d'année | cette année-là | un trimestre
il y a 24 communes | il y a un doute | il y a trois ans de travail | vacances d'été | au printemps des poètes
"""

CASES = [
    *ABSOLUTE,
    *RANGES,
    *RELATIVE,
    *OPEN,
    *TYPOGRAPHY,
    *((text, NOTE, "") for text in re.split(r" \| |\n", TRAPS) if text),
]
CASES += [("", NOTE, ""), (" \n", None, "")]


def reference_of(iso: str | None) -> PartialDate | None:
    return PartialDate.from_iso(iso) if iso else None


def days_of(first: date | None, last: date | None) -> str:
    return "?" if first is None and last is None else f"{first or ''}..{last or ''}"


def written(mention: DateMention) -> str:
    sign = "!" if not mention.consistent else "~" if mention.relative else "="
    return f"{mention.text} {sign} {days_of(mention.first, mention.last)}"


def ends_of(days: str) -> tuple[date | None, date | None]:
    first, _, last = days.partition("..") if ".." in days else (days, "", days)
    return PartialDate.from_iso(first).first if first else None, PartialDate.from_iso(last).last if last else None


def in_full(expected: str) -> str:
    head, sign, days = expected.rsplit(" ", 2)
    if days == "?":
        return expected
    return f"{head} {sign} {days_of(*ends_of(days))}"


def test_the_table_is_large_enough() -> None:
    assert len(CASES) >= 250
    assert len({case[:2] for case in CASES}) == len(CASES)


@pytest.mark.parametrize(("text", "reference", "expected"), CASES)
def test_finds_the_dates(text: str, reference: str | None, expected: str) -> None:
    found = find_dates(text, reference_of(reference))
    assert [written(mention) for mention in found] == [in_full(part) for part in expected.split(" | ") if part]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("reference", [None, "2017", "2017-11", NOTE, "0001-01-01", "9999-12-31"])
def test_spans_are_exact_sorted_and_apart(form: str, reference: str | None) -> None:
    text = unicodedata.normalize(form, " ; ".join(case[0] for case in CASES))  # type: ignore[arg-type]
    found = find_dates(text, reference_of(reference))
    assert len(found) > 180
    assert all(mention.text == text[mention.start : mention.end] for mention in found)
    assert all(left.end <= right.start for left, right in pairwise(found))
    assert all(m.first <= m.last for m in found if m.first and m.last)


def test_a_known_month_never_contradicts_its_days() -> None:
    today = PartialDate.from_iso(NOTE)
    for text, *_ in (case for case in CASES if case[1] == NOTE):
        for sure, unsure in zip(find_dates(text, today), find_dates(text, PartialDate(2017, 11)), strict=True):
            same = (sure.first, sure.last) == (unsure.first, unsure.last)
            assert same or not unsure.resolved or sure.first == today.first, text


def test_a_list_may_be_long() -> None:
    assert len(find_dates("3 mai, " * 1500, reference_of(NOTE))) == 1500


def test_a_long_note_does_not_take_short_day_words_for_days() -> None:
    note = "Le réseau représente aujourd'hui 1 000 agents. " + "Il travaille avec les villes. " * 10
    assert find_dates(note, reference_of(NOTE)) == []
    assert [m.text for m in find_dates(note + "L'instance se réunit demain.", reference_of(NOTE))] == ["demain"]


@pytest.mark.parametrize(
    ("text", "first", "last", "expected"),
    [
        ("le 20 novembre 2017", date(2017, 11, 20), date(2017, 11, 20), True),
        ("novembre 2017", date(2017, 11, 30), date(2018, 1, 1), True),
        ("novembre 2017", date(2017, 12, 1), None, False),
        ("depuis 2014", None, date(2013, 12, 31), False),
        ("depuis 2014", date(2030, 1, 1), None, True),
        ("hier", None, None, False),
    ],
)
def test_meets(text: str, first: date | None, last: date | None, expected: bool) -> None:
    (mention,) = find_dates(text, None)
    assert mention.meets(first, last) is expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("2017-10-17", "17 octobre 2017"),
        ("2018-05-01", "1er mai 2018"),
        ("2017-12-06..2017-12-07", "6 et 7 décembre 2017"),
        ("2018-05-01..2018-05-02", "1er et 2 mai 2018"),
        ("2018-05-03..2018-05-05", "du 3 au 5 mai 2018"),
        ("2017-11-28..2017-12-02", "du 28 novembre au 2 décembre 2017"),
        ("2017-12-28..2018-01-03", "du 28 décembre 2017 au 3 janvier 2018"),
        ("2017-11", "novembre 2017"),
        ("2018-03..2018-06", "de mars à juin 2018"),
        ("2018-04..2018-06", "d'avril à juin 2018"),
        ("2017-11..2018-02", "de novembre 2017 à février 2018"),
        ("2017", "2017"),
        ("2014..2020", "de 2014 à 2020"),
        ("2014-01-01..", "depuis le 1er janvier 2014"),
        ("..2018-06-20", "jusqu'au 20 juin 2018"),
    ],
)
def test_format_day_range(days: str, expected: str) -> None:
    assert format_day_range(*ends_of(days)) == expected


@pytest.mark.parametrize("ends", [(None, None), (date(2018, 1, 2), date(2018, 1, 1))])
def test_format_day_range_refuses_what_is_no_range(ends: tuple[date | None, date | None]) -> None:
    with pytest.raises(ValueError, match="expected"):
        format_day_range(*ends)
