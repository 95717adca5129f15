"""Schools, calendars, policies, staff and officers of one organisation, as of any day."""
