"""Leads as records: validated, normalised, matched. Pure functions of their arguments.

The libraries underneath are imported at first use, so importing this package is cheap.
"""

from .cells import read_cell
from .company import company_key, is_no_company, legal_form, split_company
from .deliverability import deliverability
from .email import (
    canonical_email,
    email_type,
    is_disposable_domain,
    is_free_domain,
    is_stand_in,
    parse_email,
    read_email,
)
from .filler import is_filler
from .industry import canonical_industry, industries
from .job_title import department, seniority
from .matching import match_keys
from .normalization import canonical, normalize, read_lead
from .numbers import annual_revenue, company_size, employee_count, revenue_range
from .person import Name, is_junk_name, join_name, repair_case, split_name
from .phone import Phone, PhoneProblem, parse_phone, phone_place
from .place import country_code, place_name, region_code
from .settings import RecordSettings
from .validation import validate
from .web import company_domain, country_of_domain, host_of, linkedin_url, registrable_domain

__all__ = [
    "Name",
    "Phone",
    "PhoneProblem",
    "RecordSettings",
    "annual_revenue",
    "canonical",
    "canonical_email",
    "canonical_industry",
    "company_domain",
    "company_key",
    "company_size",
    "country_code",
    "country_of_domain",
    "deliverability",
    "department",
    "email_type",
    "employee_count",
    "host_of",
    "industries",
    "is_disposable_domain",
    "is_filler",
    "is_free_domain",
    "is_junk_name",
    "is_no_company",
    "is_stand_in",
    "join_name",
    "legal_form",
    "linkedin_url",
    "match_keys",
    "normalize",
    "parse_email",
    "parse_phone",
    "phone_place",
    "place_name",
    "read_cell",
    "read_email",
    "read_lead",
    "region_code",
    "registrable_domain",
    "repair_case",
    "revenue_range",
    "seniority",
    "split_company",
    "split_name",
    "validate",
]
