"""Who a box is and by what it becomes known; spoken by box and hub alike, standard library only."""
