"""Dispatch's tables, one noun a module, and rows turned into frozen values.

Importing the package registers every table with `kernel.database.Base`.
"""

from dispatch.store.alarms import AlarmRow
from dispatch.store.appointments import AppointmentRow
from dispatch.store.field_events import TechnicianEventRow
from dispatch.store.incidents import (
    IncidentCallRow,
    IncidentRow,
    get_incident,
    incident_of,
    incident_row,
    incidents_of,
    is_open,
    is_open_about,
    no_incident,
    other_callers,
    which_incidents,
)
from dispatch.store.jobs import (
    UNFINISHED_SQL,
    JobRow,
    active_job_row,
    get_job,
    job_of,
    job_of_incident,
    job_row,
    jobs_of,
    jobs_of_visits,
    open_job_row,
)
from dispatch.store.offers import (
    NOT_A_MINUTE_LATER,
    Asked,
    ContractorOfferRow,
    no_offer,
    offers_about,
    open_offers,
)
from dispatch.store.owner_links import OwnerLinkRow
from dispatch.store.photos import PhotoRow, has_photos, photos_of_incidents, photos_of_visits
from dispatch.store.plans import PlanRow, RegionRow
from dispatch.store.ratings import RatingRow, rating_of_incident, ratings_of_visits

__all__ = [
    "NOT_A_MINUTE_LATER",
    "UNFINISHED_SQL",
    "AlarmRow",
    "AppointmentRow",
    "Asked",
    "ContractorOfferRow",
    "IncidentCallRow",
    "IncidentRow",
    "JobRow",
    "OwnerLinkRow",
    "PhotoRow",
    "PlanRow",
    "RatingRow",
    "RegionRow",
    "TechnicianEventRow",
    "active_job_row",
    "get_incident",
    "get_job",
    "has_photos",
    "incident_of",
    "incident_row",
    "incidents_of",
    "is_open",
    "is_open_about",
    "job_of",
    "job_of_incident",
    "job_row",
    "jobs_of",
    "jobs_of_visits",
    "no_incident",
    "no_offer",
    "offers_about",
    "open_job_row",
    "open_offers",
    "other_callers",
    "photos_of_incidents",
    "photos_of_visits",
    "rating_of_incident",
    "ratings_of_visits",
    "which_incidents",
]
