"""Lists of names, as the database finds, sorts and pages them: `asked` is what a link asks, `tabs` what each list
holds, `conditions` and `states` its filters as SQL, `pages` the rows."""
