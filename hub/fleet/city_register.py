"""Brings what a city wrote down into the database, all of it or nothing, and out again."""

from typing import cast

from contract.clock import aware
from contract.level.settings import Rise
from hub.alerting.routing import ALL_STATIONS, Recipient
from hub.fleet import view_register
from hub.fleet.city_file import (
    BindingEntry,
    Channel,
    CityFile,
    NodeEntry,
    RecipientEntry,
    SiteEntry,
    StationEntry,
    ThresholdsEntry,
)
from hub.fleet.errors import CityFileError
from hub.fleet.standing import Standing, standing
from hub.storage import bindings, quotas, recipients, sites, stations, thresholds
from hub.storage.connection import Connection
from hub.storage.errors import VersionTakenError
from hub.storage.sites import Site
from hub.storage.stations import Station
from hub.storage.thresholds import ThresholdVersion


def enter(connection: Connection, city: CityFile, *, now_ms: int) -> None:
    """Write everything down, inside a write that is given up if this raises.

    Args:
        connection: inside a write.
        city: what was read.
        now_ms: the hub's clock; new thresholds without a time hold from here on, known ones as they did.

    Raises:
        CityFileError: something names a station that is not known or a version that is taken, or would put a revoked
            box where it does not stand; names every problem.
    """
    problems = _unknown_stations(connection, city) + _revoked_boxes(connection, city)
    problems += view_register.problems_of(connection, city.views)
    for station in city.stations:
        stations.save(connection, _station(station))
    for site in city.sites:
        sites.save(connection, Site(site_id=site.site, name=site.name, lat=site.lat, lon=site.lon))
    held_ms = {(one.station_id, one.version): one.valid_from_ms for one in thresholds.all_versions(connection)}
    for version in city.thresholds:
        try:
            thresholds.add(
                connection, _version(version, from_ms=held_ms.get((version.station, version.version), now_ms))
            )
        except VersionTakenError as problem:
            problems.append(str(problem))
    if problems:
        raise CityFileError(problems)
    for binding in city.bindings:
        if standing(connection, binding.node) is Standing.REVOKED:
            continue  # it stands as it is; a line before may have given its place to another box
        bindings.bind(
            connection, node_id=binding.node, source=binding.source, station_id=binding.station, now_ms=now_ms
        )
    view_register.enter(connection, city.views, now_ms=now_ms)
    for node in city.nodes:
        quotas.save(connection, node.node, quota_mb=node.quota_mb)
    for one in city.recipients:
        recipients.save(connection, _recipient(one), station_ids=one.stations)


def written_down(connection: Connection) -> CityFile:
    """Return everything as a file that `enter` takes."""
    counting = bindings.counting(bindings.all_bindings(connection))
    return CityFile(
        stations=tuple(_station_entry(station) for station in stations.all_stations(connection)),
        sites=tuple(
            SiteEntry(site=site.site_id, name=site.name, lat=site.lat, lon=site.lon)
            for site in sites.all_sites(connection)
        ),
        thresholds=tuple(
            ThresholdsEntry(
                station=version.station_id,
                version=version.version,
                raise_cm=version.raise_cm,
                clear_cm=version.clear_cm,
                valid_from=aware(version.valid_from_ms),
                author=version.author,
                reason=version.reason,
            )
            for version in thresholds.all_versions(connection)
        ),
        bindings=tuple(
            BindingEntry(node=binding.node_id, source=binding.source, station=binding.station_id)
            for binding in counting.values()
        ),
        views=view_register.written_down(connection),
        nodes=tuple(
            NodeEntry(node=node_id, quota_mb=quota_mb) for node_id, quota_mb in quotas.all_quotas(connection).items()
        ),
        recipients=tuple(
            RecipientEntry(
                recipient=one.recipient_id,
                name=one.name,
                role=one.role,
                channel=cast("Channel", one.channel),  # nothing else was ever taken in
                target=one.target,
                min_severity=one.min_severity,
                is_active=one.is_active,
                stations=tuple(recipients.stations_of(connection, one.recipient_id)),
            )
            for one in recipients.all_recipients(connection)
        ),
    )


def _unknown_stations(connection: Connection, city: CityFile) -> list[str]:
    known = {station.station_id for station in stations.all_stations(connection)}
    known |= {station.station for station in city.stations} | {ALL_STATIONS}
    named = [(f"thresholds {one.version}", one.station) for one in city.thresholds]
    named += [(f"binding of {one.node}/{one.source}", one.station) for one in city.bindings]
    named += [(f"recipient {one.recipient}", station) for one in city.recipients for station in one.stations]
    return [
        f"{what}: station {station!r} is not known. Known: {', '.join(sorted(known - {ALL_STATIONS})) or 'none'}"
        for what, station in named
        if station not in known
    ]


def _revoked_boxes(connection: Connection, city: CityFile) -> list[str]:
    """Return what would put a revoked box where it does not stand, as in the place of the one that replaced it."""
    held = bindings.counting(bindings.all_bindings(connection))
    standing_still = {(one.node_id, one.source, one.station_id) for one in held.values()}
    return [
        f"binding of {one.node}/{one.source}: kotak ini dicabut / this box is revoked. Tulis kotak penggantinya, atau "
        "hapus baris itu / write the one that replaced it, or take the line out: hub node list"
        for one in city.bindings
        if (one.node, one.source, one.station) not in standing_still
        and standing(connection, one.node) is Standing.REVOKED
    ]


def _station(entry: StationEntry) -> Station:
    return Station(
        station_id=entry.station,
        name=entry.name,
        river=entry.river,
        kelurahan=entry.kelurahan,
        lat=entry.lat,
        lon=entry.lon,
        position=entry.position,
        offset_cm=entry.offset_cm,
        hold_s=entry.hold_s,
        rise_cm=entry.rise.cm,
        rise_in_s=entry.rise.in_s,
        persistence=entry.persistence,
        sampling=entry.sampling_s,
        siren=entry.siren,
        sop=entry.sop,
    )


def _station_entry(station: Station) -> StationEntry:
    return StationEntry(
        station=station.station_id,
        name=station.name,
        river=station.river,
        kelurahan=station.kelurahan,
        lat=station.lat,
        lon=station.lon,
        position=station.position,
        offset_cm=station.offset_cm,
        hold_s=station.hold_s,
        rise=Rise(cm=station.rise_cm, in_s=station.rise_in_s),
        persistence=station.persistence,
        sampling_s=station.sampling,
        siren=station.siren,
        sop=station.sop,
    )


def _version(entry: ThresholdsEntry, *, from_ms: int) -> ThresholdVersion:
    return ThresholdVersion(
        station_id=entry.station,
        version=entry.version,
        raise_cm=entry.raise_cm,
        clear_cm=entry.clear_cm,
        valid_from_ms=from_ms if entry.valid_from is None else round(entry.valid_from.timestamp() * 1000),
        author=entry.author,
        reason=entry.reason,
    )


def _recipient(entry: RecipientEntry) -> Recipient:
    return Recipient(
        recipient_id=entry.recipient,
        name=entry.name,
        role=entry.role,
        channel=entry.channel,
        target=entry.target,
        min_severity=entry.min_severity,
        is_active=entry.is_active,
    )
