-- The numbers above the list of the team are counted from the rows here, so that turning a member on or off changes the row
-- in place.
SELECT 1;
