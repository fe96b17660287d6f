"""Items, reports and legal notices arrive here and are checked before they count."""
